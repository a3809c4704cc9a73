"""The command palette, from the one table of actions."""

from collections.abc import Iterator

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_trainer.ui.actions import Action, label
from tui_trainer.ui.keys import ACTIONS
from tui_trainer.ui.scene import Scene


def _name(action: Action, scene: Scene) -> str:
    name = label(action, scene)
    name = f"{name[0].upper()}{name[1:]}"
    key = scene.key_of(action.name)
    return f"{name} ({key})" if key else name


class Actions(Provider):
    """All actions, by name or by what they do."""

    @property
    def scene(self) -> Scene:
        """The app's, which is the only one that has this palette."""
        scene = getattr(self.app, "scene", None)
        assert isinstance(scene, Scene)
        return scene

    def _actions(self) -> Iterator[tuple[str, Action]]:
        for action in ACTIONS:
            if action.name != "palette" and action.when(self.scene):
                yield _name(action, self.scene), action

    async def discover(self) -> Hits:
        for name, action in self._actions():
            yield DiscoveryHit(name, self._run(action), text=name, help=action.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, action in self._actions():
            score = max(matcher.match(name), matcher.match(action.help) * 0.9)
            if score > 0:
                yield Hit(score, matcher.highlight(name), self._run(action), text=name, help=action.help)

    def _run(self, action: Action):  # type: ignore[no-untyped-def]
        async def run() -> None:
            await self.app.run_action(f"app.do('{action.name}')")

        return run
