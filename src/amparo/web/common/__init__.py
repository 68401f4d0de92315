"""What every app shares: the installation's folders, jobs, events, navigation, how errors are said. Lowest of the web."""
