"""Portal: the public pages. Sets no cookie, logs no address, loads nothing from elsewhere, works without JavaScript."""
