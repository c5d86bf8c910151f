"""The action behind the module selfhost_audit: collects on the host, judges on the controller."""

from datetime import UTC, datetime

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Runs the collector through Ansible's own connection, so that its logins, become and proxies
    are used, and nothing but python3 has to be on the host."""

    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        try:
            from selfhost.errors import SelfhostError
            from selfhost.runners import ansible_audit, remote
            from selfhost.targets.order import Order
            from selfhost.targets.ssh_connection import Completed
        except ImportError as error:
            raise AnsibleActionFail(
                f"selfhost is not installed where ansible-playbook runs ({error}); "
                "install it into the same environment: pip install selfhost"
            ) from error
        write = not self._task.check_mode
        try:
            options = ansible_audit.checked(self._task.args)
            order = Order()
            command, stdin = remote.with_stdin(order)
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            answer = self._collect(command, stdin, task_vars)
            if answer.get("unreachable"):
                return answer
            done = Completed(
                int(answer.get("rc", 1)),
                (answer.get("stdout") or "").encode(),
                (answer.get("stderr") or answer.get("msg") or "").encode(),
            )
            name = task_vars["inventory_hostname"]
            result.update(ansible_audit.outcome(name, moment, done, order, options, write))
        except SelfhostError as error:
            hint = f" ({error.hint})" if error.hint else ""
            raise AnsibleActionFail(f"{error.message}{hint}") from error
        return result

    def _collect(self, command, stdin, task_vars):
        """The collector only reads, so it runs in check mode as well."""
        mode = self._task.check_mode
        self._task.check_mode = False
        try:
            return self._execute_module(
                module_name="ansible.legacy.command",
                module_args={
                    "argv": command,
                    "stdin": stdin,
                    "stdin_add_newline": False,
                    "strip_empty_ends": False,
                    "_uses_shell": False,
                },
                task_vars=task_vars,
            )
        finally:
            self._task.check_mode = mode
