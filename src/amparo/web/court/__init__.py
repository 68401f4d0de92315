"""Court: findings, offences and their elements, bundles. It reads everything below and is read by nobody."""
