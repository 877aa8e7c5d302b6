"""Whether the servers named from outside can be reached, said in one line when not."""

from urllib.parse import urlsplit, urlunsplit

POSTGRES_SCHEMES = ("postgres", "postgresql", "pgsql", "psql")


def shown(url: str) -> str:
    """The address without its password, for a screen."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    if parts.password:
        host = parts.netloc.rpartition("@")[2]
        parts = parts._replace(netloc=f"{parts.username}:…@{host}")
    return urlunsplit(parts)


def database_problem(url: str) -> str:
    """Why the database cannot be used; empty when it answers. Names PostgreSQL's own reason."""
    import environ
    import psycopg2

    if url.partition("://")[0] not in POSTGRES_SCHEMES:
        return (
            f"DATABASE_URL ({shown(url)}) is not the address of a PostgreSQL: write "
            "postgres://user:password@host:5432/name; without DATABASE_URL the embedded one is used."
        )
    try:
        told = environ.Env.db_url_config(url)
        line = psycopg2.connect(
            dbname=told.get("NAME") or "postgres",
            user=told.get("USER") or None,
            password=told.get("PASSWORD") or None,
            host=told.get("HOST") or None,
            port=told.get("PORT") or None,
            connect_timeout=5,
            **(told.get("OPTIONS") or {}),
        )
    except Exception as problem:
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        return (
            f"DATABASE_URL ({shown(url)}) cannot be reached: {reason}. "
            "Start that server or correct the address; without DATABASE_URL the embedded one is used."
        )
    version = line.server_version
    line.close()
    if version < 150000:
        return f"DATABASE_URL ({shown(url)}) is PostgreSQL {version // 10000}; 15 or newer is needed."
    return ""


def redis_problem(url: str) -> str:
    """Why the broker cannot be used; empty when it answers."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as line:
            line.ping()
    except (redis.RedisError, ValueError, OSError) as problem:
        return (
            f"REDIS_URL ({shown(url)}) cannot be reached: {str(problem).rstrip('.')}. "
            "Start that server or correct the address; without REDIS_URL the embedded one is used."
        )
    return ""
