"""The embedded PostgreSQL and Redis: real servers that the project starts for itself.

They give way to `DATABASE_URL` and `REDIS_URL`. Standard library only, so that `manage.py` can use it
before Django loads. Each server has one *keeper* process that starts it, restarts it when it dies and
stops it when nobody holds it any more; whoever needs a server takes a *hold* (see `holds.py`).
"""
