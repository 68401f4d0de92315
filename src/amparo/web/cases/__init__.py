"""Cases: what scopes everything above: case, members, authorisations, people by category."""
