"""What Airbyte's acceptance tests demand of specs, catalogs and records."""

import re

from jsonschema import Draft7Validator

SECRET_NAMES = {
    "client_token", "access_token", "api_token", "token", "secret", "client_secret", "password", "key",
    "service_account_info", "service_account", "tenant_id", "certificate", "jwt", "credentials", "app_id", "appid",
    "refresh_token",
}  # fmt: skip
FORBIDDEN_IN_SPECS = {
    "$ref", "not", "anyOf", "patternProperties", "prefixItems", "allOf", "if", "then", "else", "dependentSchemas",
    "dependentRequired",
}  # fmt: skip
FORBIDDEN_IN_STREAMS = {"$ref", "allOf", "not"}


def subschemas(schema, path=()):
    """(path, schema) of a schema and of everything below it, property by property."""
    yield path, schema
    for name, child in schema.get("properties", {}).items():
        yield from subschemas(child, (*path, name))
    for word in ("items", "additionalProperties", "not", "if", "then", "else"):
        if isinstance(schema.get(word), dict):
            yield from subschemas(schema[word], (*path, f"<{word}>"))
    for word in ("oneOf", "anyOf", "allOf"):
        for child in schema.get(word, []):
            yield from subschemas(child, (*path, f"<{word}>"))


def types_of(schema):
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else found


def check_spec(spec):
    """TestSpec of Airbyte's acceptance tests."""
    schema = spec["connectionSpecification"]
    Draft7Validator.check_schema(schema)
    assert types_of(schema) == ["object"] and "properties" in schema
    for path, node in subschemas(schema):
        _check_spec_node(path, node)


def _check_spec_node(path, node):
    assert isinstance(node, dict), f"{path}: {node!r} is no schema"
    assert not FORBIDDEN_IN_SPECS & node.keys(), f"{path}: {FORBIDDEN_IN_SPECS & node.keys()}"
    types = types_of(node)
    assert len(types) == 1 or (len(types) == 2 and types[1] == "null"), f"{path}: type {node.get('type')!r}"
    assert node.get("additionalProperties", True) is True, f"{path}: additionalProperties"
    if "enum" in node:
        assert len(node["enum"]) == len({repr(value) for value in node["enum"]}), f"{path}: enum repeats itself"
    if types[0] == "object" and path:
        assert node.get("properties") or node.get("oneOf"), f"{path}: an object without properties"
    if types[0] == "array":
        items = node.get("items")
        assert isinstance(items, dict), f"{path}: an array without items"
        assert "enum" in items or types_of(items)[:1] in (["object"], ["string"], ["number"], ["integer"]), path
    if path and path[-1] in SECRET_NAMES and types[0] in ("string", "integer", "number") and "const" not in node:
        assert node.get("airbyte_secret") is True, f"{path} is no secret"
    if node.get("airbyte_secret"):
        assert types[0] in ("string", "integer", "number"), f"{path}: a secret that cannot be stored"


def check_catalog(catalog):
    """TestDiscovery of Airbyte's acceptance tests."""
    names = [(stream["name"], stream.get("namespace")) for stream in catalog["streams"]]
    assert len(names) == len(set(names)), f"names repeat: {names}"
    for stream in catalog["streams"]:
        _check_stream(stream)


def _check_stream(stream):
    name, schema = stream["name"], stream["json_schema"]
    Draft7Validator.check_schema(schema)
    assert "object" in types_of(schema) and "properties" in schema, f"{name}: no properties"
    assert stream["supported_sync_modes"] and "full_refresh" in stream["supported_sync_modes"], name
    for path, node in subschemas(schema):
        assert not FORBIDDEN_IN_STREAMS & node.keys(), f"{name} {path}: {FORBIDDEN_IN_STREAMS & node.keys()}"
        assert node.get("additionalProperties", True) is True, f"{name} {path}: additionalProperties"
    for key in stream.get("source_defined_primary_key", []) + [stream.get("default_cursor_field", [])]:
        for depth in range(1, len(key) + 1):
            node = _at(schema, key[:depth])
            assert node is not None, f"{name}: {key} is not in the schema"
    for key in stream.get("source_defined_primary_key", []):
        assert not {"object", "array"} & set(types_of(_at(schema, key))), f"{name}: key {key} is no scalar"


def _at(schema, path):
    for name in path:
        schema = schema.get("properties", {}).get(name)
        if schema is None:
            return None
    return schema


def check_records(run, catalog):
    """Every record satisfies the schema of its stream; an integer is written as one."""
    schemas = {(stream["name"], stream.get("namespace")): stream["json_schema"] for stream in catalog["streams"]}
    validators = {key: Draft7Validator(schema) for key, schema in schemas.items()}
    for record in run.of_type("RECORD"):
        validator = validators[record["stream"], record.get("namespace")]
        errors = [error.message for error in validator.iter_errors(record["data"])]
        assert not errors, f"{record['stream']}: {errors[:3]}"


def assert_no_secret(run, *secrets):
    """None of the secrets is in a log, an error or an answer."""
    for line in (run.stdout + run.stderr).decode("utf-8", "replace").split("\n"):
        if re.match(r'\{"type": *"(RECORD|STATE|CATALOG|CONTROL)"', line):
            continue
        for secret in secrets:
            assert secret not in line, f"a secret in: {line[:500]}"
