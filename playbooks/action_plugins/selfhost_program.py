"""The action behind the module selfhost_program: makes the archive on the controller, sends it."""

import tempfile
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Asks the server what it has and what Python it is; makes and sends only what is another."""

    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        try:
            from selfhost.errors import SelfhostError
            from selfhost.provision import program_archive
        except ImportError as error:
            raise AnsibleActionFail(
                f"selfhost is not installed where ansible-playbook runs ({error}); "
                "install it into the same environment: pip install selfhost"
            ) from error
        arguments = self._task.args
        found = self._module(arguments, task_vars)
        if found.get("failed") or arguments.get("state") == "absent" or found.get("unreachable"):
            return found
        try:
            platform = program_archive.Platform(found["python"], found["machine"])
            if found["digest"] == program_archive.digest(platform):
                return found
            if self._task.check_mode:
                return {**found, "changed": True}
            wheels = Path(arguments["wheels"]) if arguments.get("wheels") else None
            with tempfile.TemporaryDirectory(prefix="selfhost-") as folder:
                archive = Path(folder) / "program.tar.gz"
                program_archive.build(platform, archive, wheels)
                return self._sent(archive, arguments, task_vars)
        except SelfhostError as error:
            hint = f" ({error.hint})" if error.hint else ""
            raise AnsibleActionFail(f"{error.message}{hint}") from error

    def _sent(self, archive, arguments, task_vars):
        folder = self._make_tmp_path()
        try:
            there = self._connection._shell.join_path(folder, archive.name)
            self._transfer_file(str(archive), there)
            self._fixup_perms2((folder, there))
            return self._module({**arguments, "archive": there}, task_vars)
        finally:
            self._remove_tmp_path(folder, force=True)

    def _module(self, arguments, task_vars):
        return self._execute_module(
            module_name="selfhost_program", module_args=arguments, task_vars=task_vars
        )
