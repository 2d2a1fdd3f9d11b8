"""Named queries, and what is made of their answers: tables, charts, pages."""
