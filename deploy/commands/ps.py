"""`run.py ps`: what runs, where, and as whom."""

from typing import Any

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, find_instance
from deploy.postgres.roles import PARTS, database_name, role_name


def ps(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Lists the supervisor, the services with their databases and roles, and the engines."""
    instance = find_instance(data_dir, as_json=json)
    document = _document(instance)
    lines = [f"supervisor  {document['supervisor']['pid']}", *map(_line, document["services"] + document["engines"])]
    answer(document, as_json=json, text="\n".join(lines))


def _line(row: dict[str, Any]) -> str:
    where = row.get("url") or (f"port {row['port']}" if row.get("port") else "not ours")
    owns = f"  {row['database']}, as {row['roles']['app']} and {row['roles']['carrier']}" if "roles" in row else ""
    return f"{row['name']:<12}{row['pid'] or '-':<9}{row['state']:<10}{where}{owns}"


def _document(instance: Instance) -> dict[str, Any]:
    description = instance.description
    services = [
        {
            "name": name,
            "pid": service["pid"],
            "state": service["state"],
            "url": service["url"],
            "database": database_name(name),
            "roles": {part: role_name(name, part) for part in PARTS},
        }
        for name, service in description["services"].items()
    ]
    engines = [{"name": name, **engine} for name, engine in description["engines"].items()]
    return {"supervisor": {"pid": description["pid"]}, "services": services, "engines": engines}
