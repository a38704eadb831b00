from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from jurande.config.home import Home, secret_key


class TestSecretKey:
    def test_is_one_for_all_who_start_together(self, tmp_path: Path) -> None:
        """The web server and the worker start at once: each once made a key, and one of them died of it."""
        for number in range(20):
            home, together = Home(tmp_path / str(number)), Barrier(6)

            def start(home: Home = home, together: Barrier = together) -> str:
                together.wait()
                return secret_key(home)

            with ThreadPoolExecutor(6) as pool:
                keys = {started.result() for started in [pool.submit(start) for _ in range(6)]}
            assert keys == {secret_key(home)}

    def test_is_made_again_where_a_cut_left_an_empty_file(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        home.make()
        (home.keys / "django.key").touch()
        assert len(secret_key(home)) >= 80
        assert secret_key(home) == secret_key(home)

    def test_is_closed_to_others(self, tmp_path: Path) -> None:
        secret_key(Home(tmp_path))
        assert (tmp_path / "keys" / "django.key").stat().st_mode & 0o777 == 0o600
