"""The statements: one dialect that DuckDB and Spark both run, so that neither can drift from the other.

An address is named by the first output that pays it, `address`: a number any machine can find without counting all
the others. Roots are the smallest such number, hence equal however the work was divided.
Components by large-star and small-star: Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii (2014), "Connected
Components in MapReduce and Beyond".
"""

from typing import Final

#: Every input whose output is loaded: the latest transaction of that id before the spending one (BIP 30).
RESOLVED: Final = """
SELECT CAST(s.input AS BIGINT) AS input, CAST(s.spender AS BIGINT) AS tx, CAST(o.output AS BIGINT) AS prev_out
FROM (
  SELECT i.input, i.tx AS spender, max(i.prev_vout) AS vout, max(t.tx) AS tx
  FROM input i JOIN tx t ON t.txid = i.prev_txid WHERE t.tx < i.tx
  GROUP BY i.input, i.tx
) s JOIN output o ON o.tx = s.tx AND o.vout = s.vout
"""

#: Output -> address, for the script kinds that have one (ScriptKind 1 to 6).
PAID: Final = """
SELECT CAST(o.output AS BIGINT) AS output, CAST(o.tx AS BIGINT) AS tx, CAST(o.value AS BIGINT) AS value, a.address
FROM output o JOIN (
  SELECT stype, payload, CAST(min(output) AS BIGINT) AS address FROM output
  WHERE stype BETWEEN 1 AND 6 GROUP BY stype, payload
) a ON a.stype = o.stype AND a.payload = o.payload
"""

#: One edge from each input address to the smallest one of the same transaction; excluded transactions left out.
EDGE: Final = """
SELECT DISTINCT s.address AS a, m.address AS b
FROM (
  SELECT r.tx, min(p.address) AS address FROM resolved r JOIN paid p ON p.output = r.prev_out GROUP BY r.tx
) m JOIN (
  SELECT DISTINCT r.tx, p.address FROM resolved r JOIN paid p ON p.output = r.prev_out
) s ON s.tx = m.tx
WHERE s.address > m.address AND s.tx NOT IN (SELECT tx FROM excluded)
"""

#: Every neighbour larger than a node goes to the smallest of the node and its neighbours.
LARGE_STAR: Final = """
SELECT DISTINCT n.v AS a, m.least AS b
FROM (SELECT a AS u, b AS v FROM edge UNION ALL SELECT b AS u, a AS v FROM edge) n
JOIN (
  SELECT u, least(u, min(v)) AS least
  FROM (SELECT a AS u, b AS v FROM edge UNION ALL SELECT b AS u, a AS v FROM edge) e GROUP BY u
) m ON m.u = n.u
WHERE n.v > n.u AND n.v <> m.least
"""

#: A node and its smaller neighbours go to the smallest of them.
SMALL_STAR: Final = """
SELECT DISTINCT x.a AS a, x.b AS b FROM (
  SELECT e.b AS a, m.least AS b FROM edge e JOIN (SELECT a, min(b) AS least FROM edge GROUP BY a) m ON m.a = e.a
  UNION ALL
  SELECT a, min(b) AS b FROM edge GROUP BY a
) x WHERE x.a <> x.b
"""

#: 0 and 0 once every component is a star: no node hangs on one that hangs itself, and none on two.
UNSETTLED: Final = """
SELECT (SELECT count(*) FROM edge x JOIN (SELECT DISTINCT a FROM edge) y ON y.a = x.b),
       (SELECT count(*) FROM (SELECT a FROM edge GROUP BY a HAVING count(*) > 1) z)
"""

#: Every address with its root; alone, it is its own.
CLUSTER: Final = """
SELECT d.address, COALESCE(e.b, d.address) AS root
FROM (SELECT DISTINCT address FROM paid) d LEFT JOIN edge e ON e.a = d.address
"""

#: What each address received and spent, exact, in the smallest unit.
TOTALS: Final = """
SELECT p.address, count(*) AS outputs, CAST(sum(p.value) AS DECIMAL(38, 0)) AS received,
       count(r.tx) AS spent_outputs,
       CAST(sum(CASE WHEN r.tx IS NULL THEN 0 ELSE p.value END) AS DECIMAL(38, 0)) AS spent,
       min(p.tx) AS first_tx, max(CASE WHEN r.tx IS NULL OR r.tx < p.tx THEN p.tx ELSE r.tx END) AS last_tx
FROM paid p LEFT JOIN resolved r ON r.prev_out = p.output
GROUP BY p.address
"""
