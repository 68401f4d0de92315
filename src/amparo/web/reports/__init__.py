"""Reports: what citizens tell the unit, sealed at rest, read in the reading room, answered from templates."""
