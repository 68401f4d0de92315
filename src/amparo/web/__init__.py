"""The Django product: models, actions, views, templates. What it computes, an engine computes."""
