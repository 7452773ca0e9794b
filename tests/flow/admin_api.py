"""A client of the admin API that believes nothing: every answer is held against the document that the host serves."""

import json
import re

import graph_api
import jsonschema
import yaml

METHODS = ("get", "put", "post", "delete", "patch")


class AdminApi:
    def __init__(self, url, token=None):
        self.url = url
        self.token = token
        status, body = graph_api.http_call("GET", url + "/api/v1/openapi.yaml")
        assert status == 200
        self.document = yaml.safe_load(body)

    def call(self, method, path, body=None, token=None, headers=None):
        """-> (status, JSON or None, headers in lower case). AssertionError: the answer is not what the document says."""
        headers = dict(headers or {})
        if token or self.token:
            headers.setdefault("Authorization", f"Bearer {token or self.token}")
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        sent = None if body is None else json.dumps(body)
        status, text, answered = graph_api.http_exchange(method, self.url + path, sent, headers)
        found = json.loads(text) if text else None
        self.check(method, path, status, found, answered)
        return status, found, answered

    def check(self, method, path, status, found, headers):
        assert headers.get("cache-control") == "no-store", headers
        operation = self.operation(method, path)
        if operation is None:  # Nothing of the document's: a problem then.
            assert status in (401, 404, 405, 429), status
            operation = {"responses": {"default": self.document["components"]["responses"]["Problem"]}}
        response = self.resolved(operation["responses"].get(str(status)) or operation["responses"]["default"])
        if "content" not in response:
            assert found is None
            return
        kind, content = next(iter(response["content"].items()))
        assert headers["content-type"] == kind
        self.validate(content["schema"], found)

    def operation(self, method, path):
        for pattern, methods in self.document["paths"].items():
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), path.partition("?")[0]):
                return methods.get(method.lower())
        return None

    def resolved(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def validate(self, schema, found):
        # References lead from the document's root.
        jsonschema.Draft202012Validator(schema | {"components": self.document["components"]}).validate(found)


def check_document(document):
    """What OpenAPI 3.1 demands of a document, as far as ours goes. AssertionError: it does not."""
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(document["info"])
    api = AdminApi.__new__(AdminApi)
    api.document = document
    ids = []
    for path, methods in document["paths"].items():
        assert path.startswith("/") and set(methods) <= set(METHODS)
        for operation in methods.values():
            ids.append(operation["operationId"])
            parameters = [api.resolved(parameter) for parameter in operation.get("parameters", [])]
            in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))
            assert all(parameter["required"] for parameter in parameters if parameter["in"] == "path")
            for rule in operation["security"]:
                assert set(rule) <= set(document["components"]["securitySchemes"])
            for status, response in operation["responses"].items():
                assert re.fullmatch(r"[2-5]\d\d|default", status)
                assert api.resolved(response)["description"]
    assert len(ids) == len(set(ids))
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in references(document):
        api.resolved({"$ref": reference})


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)
