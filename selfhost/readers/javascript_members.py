"""Following members of objects, lists and what the browser has."""

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.grammar import words
from selfhost.readers.javascript_heap import Stop
from selfhost.readers.javascript_names import Names
from selfhost.readers.javascript_nodes import named
from selfhost.readers.javascript_operators import (
    to_bool,
    typeof,
)
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.javascript_values import (
    UNDEFINED,
    Arr,
    Host,
    Method,
    Obj,
    Unk,
    Value,
)

INHERITED = frozenset(
    words("""
    constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString
    valueOf __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__
    """)
)


class Members(Names):
    def property_key(self, node: Node) -> str | Unk:
        """A key in an object, a class or a pattern."""
        if node.type == "computed_property_name":
            return self.key(self.evaluate(named(node)[0]))
        if node.type in ("string", "number"):
            return self.key(self.evaluate(node))
        text = self.text(node)
        return Unk(SSI) if self.mark in text else text

    # Properties.

    def member(self, base: Value, key: str | Unk, node: Node) -> Value:
        """``base.key``."""
        if base is None or base is UNDEFINED:
            what = "null" if base is None else "undefined"
            raise Stop(f"a property of {what} is read", self.at(node))
        if isinstance(base, Unk):
            return self.member_of_unknown(base, key, node)
        if isinstance(key, Unk):
            if isinstance(base, Obj):
                self.escape(base)
            return Unk(key.reason)
        if isinstance(base, Obj):
            return self.member_of_object(base, key)
        if isinstance(base, Arr | str):
            return self.item(base, key)
        if isinstance(base, Host):
            return self.member_of_host(base, key, node)
        if isinstance(base, float | bool):
            return self.method(base, key, "a property of a number")
        if key in ("call", "apply", "bind"):
            return Method(base, key)
        return Unk("a property of a function")

    def member_of_unknown(self, base: Unk, key: str | Unk, node: Node) -> Value:
        if base.kind == "any":
            self.may_throw(self.at(node), "a property of something unknown is read")
        if isinstance(key, Unk):
            return Unk(base.reason)
        if base.kind == "string":
            known = Unk(base.reason, "number") if key == "length" else None
            return known or self.method(base, key, base.reason)
        if base.kind == "strings" and key == "0":
            return Unk(base.reason, "string")
        if base.kind in ("strings", "number", "boolean"):
            if key == "length" and base.kind == "strings":
                return Unk(base.reason, "number")
            return self.method(base, key, base.reason)
        return Unk(base.reason, foreign=base.foreign)

    def member_of_object(self, obj: Obj, key: str) -> Value:
        slot = obj.slots.get(key)
        if slot is not None:
            return self.value_of(obj, key, slot)
        if obj is self.window:
            if key == self.variable and key not in self.also and obj.rest is None:
                return UNDEFINED
            value = self.browser_name(key) if key != "arguments" else None
            if value is not None and key not in self.globals.slots:
                return value
            return Unk("may be set by another script", foreign=True)
        if obj.rest is not None and not (obj.assumed and key == "hasOwnProperty"):
            return Unk(obj.rest)
        if key in INHERITED:
            return Method(obj, key) if key != "__proto__" else Unk("an inherited property")
        return UNDEFINED

    def item(self, base: Arr | str, key: str) -> Value:
        if isinstance(base, Arr):
            if base.opaque is not None:
                if key.isdecimal():
                    return Unk(base.opaque)
                if key == "length":
                    return Unk(base.opaque, "number")
                return self.method(base, key, base.opaque)
            if key == "length":
                return float(len(base.items))
            if key.isdecimal() and key == str(int(key[:9])):
                return base.items[int(key)].value if int(key) < len(base.items) else UNDEFINED
            return self.method(base, key, "a property of a list")
        if key == "length":
            return float(len(base.encode("utf-16-le")) // 2)
        if key.isdecimal() and key == str(int(key[:9])):
            if not base.isascii():
                return Unk("a part of a text")
            return base[int(key)] if int(key) < len(base) else UNDEFINED
        return self.method(base, key, "a property of a text")

    def method(self, base: Value, key: str, why: str) -> Value:
        """A method that every value of this type has; else nothing certain."""
        kind = "list" if isinstance(base, Arr) else typeof(base)
        if isinstance(base, Unk) and base.kind == "strings":
            kind = "list"
        return Method(base, key) if key in host.METHODS.get(kind or "", ()) else Unk(why)

    def member_of_host(self, base: Host, key: str, node: Node) -> Value:
        if to_bool(base) is None and not base.path.endswith("()"):  # noqa: SIM102
            if base.path not in ("document.body", "document.head", "document.documentElement"):
                self.may_throw(self.at(node), f"{base.path} may not exist")
        return host.member(base.path, key)

    def set_member(self, base: Value, key: str | Unk, value: Value, node: Node) -> None:
        """``base.key = value``."""
        self.origin = self.at(node)
        if base is None or base is UNDEFINED:
            what = "null" if base is None else "undefined"
            raise Stop(f"a property of {what} is set", self.at(node))
        if isinstance(base, Unk):
            if base.kind == "any":
                self.may_throw(self.at(node), "a property of something unknown is set")
            self.escape(value)
            for thing in tuple(self.escaped):
                if isinstance(thing, Arr) or isinstance(key, Unk):
                    self.blur(thing, base.reason)
                else:
                    self.write(thing, key, value, certain=False)
            if base.foreign or base.kind == "any" or self.loose:
                self.unknown_code(base.reason)
        elif isinstance(base, Obj):
            self.set_property(base, key, value, node)
        elif isinstance(base, Arr):
            if base.frozen:
                return
            if isinstance(key, str) and key.isdecimal() and key == str(int(key[:9])):
                self.write_item(base, int(key), value)
            else:
                self.escape(value)
                self.blur(base, "a list changed in a way that is not followed")
        elif isinstance(base, Host):
            self.escape(value)
            root = base.path.split(".", 1)[0]
            if root in host.CLASSES or root in ("JSON", "Math", "Reflect"):
                self.everything_unknown("changes what the language offers")
        else:
            self.escape(value)

    def set_property(self, obj: Obj, key: str | Unk, value: Value, node: Node) -> None:
        if obj.frozen:
            if self.strict:
                self.may_throw(self.at(node), "a frozen object is changed")
            return
        if isinstance(key, Unk):
            self.escape(value)
            if obj is self.window:
                self.everything_unknown(f"sets a global whose name {key.reason}")
            self.blur(obj, key.reason)
        elif key == "__proto__":
            self.escape(value)
            obj.strange = True
            self.blur(obj, "inherits from another object")
        else:
            if obj is self.window:
                if key in self.globals.slots or key in host.SPECIAL or key.startswith("on"):
                    self.escape(value)
                found = obj.slots.get(key)
                if found is not None and found.constant:
                    return
            old = obj.slots.get(key)
            if old is not None and old.accessor:
                self.escape(value)
                self.unknown_code("set through a setter")
            self.write(obj, key, value)

    # Targets of assignments.

    def place(self, node: Node) -> tuple[Value, str | Unk]:
        """The object and the key of a member or subscript expression."""
        inner = node.child_by_field_name("object")
        assert inner is not None  # noqa: S101 (the grammar says so)
        base = self.section(inner)
        if node.type == "member_expression":
            last = node.child_by_field_name("property")
            assert last is not None  # noqa: S101
            text = self.text(last)
            return base, Unk(SSI) if self.mark in text else text
        index = node.child_by_field_name("index")
        assert index is not None  # noqa: S101
        value = self.evaluate(index)
        return base, self.key(value)

    def section(self, node: Node) -> Value:
        """The object whose property is set. A section of an object that was not given is taken to
        be an object: the file that it belongs to has it, or its author would have seen an error."""
        if node.type == "member_expression":
            inner, last = node.child_by_field_name("object"), node.child_by_field_name("property")
            above = self.section(inner) if inner is not None else None
            key = self.text(last) if last is not None else ""
            if isinstance(above, Obj) and above.assumed and above.rest and key not in above.slots:
                self.write(above, key, Obj(above.moment, rest=above.rest, assumed=True))
                return above.slots[key].value
        return self.evaluate(node)
