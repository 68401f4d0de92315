"""Classroom: exercises on synthetic cases, worked in the real screens, in agencies of kind exercise only."""
