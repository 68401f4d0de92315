"""What every app shares: folders, jobs, events, navigation, how errors are said. Lowest of the web."""
