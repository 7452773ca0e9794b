"""Whether a schema only grew: optional properties, definitions and methods may come, nothing else may change."""

WORDS = {"description", "title", "examples", "$comment"}  # For people.


def differences(old, new):
    """What `new` takes away from, or changes of, a released schema; a sentence each. Pure."""
    yield from method_differences(old, new)
    for name, definition in old.get("$defs", {}).items():
        if name not in new.get("$defs", {}):
            yield f"{name} is gone"
        else:
            yield from value_differences(name, definition, new["$defs"][name])
    apart = {"methods", "reserved_methods", "$defs"} | WORDS
    for key in sorted((set(old) | set(new)) - apart):
        if old.get(key) != new.get(key):
            yield f"{key} changed from {old.get(key)} to {new.get(key)}"


def method_differences(old, new):
    """A method keeps its number and its shapes; a number that was reserved serves that name alone."""
    methods, reserved = new.get("methods", {}), new.get("reserved_methods", {})
    for name, method in old.get("methods", {}).items():
        if name not in methods:
            yield f"method {name} is gone"
            continue
        for key in sorted((set(method) | set(methods[name])) - WORDS):
            if method.get(key) != methods[name].get(key):
                yield f"method {name}: {key} changed from {method.get(key)} to {methods[name].get(key)}"
    for name, number in old.get("reserved_methods", {}).items():
        if number not in (reserved.get(name), methods.get(name, {}).get("number")):
            yield f"method {name}: its reserved number {number} is gone"
    numbers = [method.get("number") for method in methods.values()] + list(reserved.values())
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield f"number {number} has two methods"


def value_differences(at, old, new):
    """`at` says where in the schema both stand."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f"{at} changed from {old} to {new}"
        return
    for key in sorted((set(old) | set(new)) - WORDS - {"properties", "required", "items"}):
        if old.get(key) != new.get(key):
            yield f"{at}: {key} changed from {old.get(key)} to {new.get(key)}"
    for name in sorted(set(old.get("required", [])) ^ set(new.get("required", []))):
        yield f"{at}.{name} is {'required' if name in new.get('required', []) else 'no longer required'}"
    for name, schema in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{at}.{name} is gone"
        else:
            yield from value_differences(f"{at}.{name}", schema, new["properties"][name])
    if "items" in old or "items" in new:
        yield from value_differences(f"{at}[]", old.get("items"), new.get("items"))
