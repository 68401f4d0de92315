"""Help: prevention content for parents and for children, as data files a language, and its pages."""
