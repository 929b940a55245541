"""Who looks after the machine: what the doctor says, what Prometheus reads, and a backup taken beside the running
service.
"""

import asyncio
import re
import sys

from scripts.stage import ROOT, SECRET, Stage, stage

TOKEN = "a-token-for-prometheus"


async def _jiashu(used: Stage, *words: str, **more: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *words,
        env=used.settings(more),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await child.communicate()
    return child.returncode or 0, output.decode()


async def test_p7_the_doctor_says_what_is_wrong_and_what_to_do() -> None:
    async with stage() as used:
        code, said = await _jiashu(used, "doctor")
        assert code == 0, said
        for line in (
            "[好] 数据库：SQLite",
            "[好] 用词",
            "[好] 钥匙",
            "[好] 服务",
            "[好] 微信账号",
            "[好] 时钟",
            "[好] 外网地址",
            "[注意] 备份：还没有备份",
        ):
            assert line in said, said
        code, said = await _jiashu(used, "backup")
        assert code == 0, said
        (used.folder / "jiashu.keys").chmod(0o644)
        code, said = await _jiashu(
            used, "doctor", JIASHU_WECHAT__APP_SECRET="wrong", JIASHU_HTTP__PUBLIC_URL="http://127.0.0.1:9"
        )
        assert code == 1, said
        assert "[好] 备份：共 1 份" in said
        assert "[不行] 钥匙：别的用户也能读" in said
        assert "[不行] 微信账号：AppSecret 不对" in said
        assert "[注意] 外网地址" in said
        await used.stop(used.service)
        (used.folder / "jiashu.keys").rename(used.folder / "elsewhere")
        code, said = await _jiashu(used, "doctor")
        assert code == 1, said
        assert "[不行] 钥匙：找不到钥匙文件" in said
        assert "[注意] 服务" in said
        assert SECRET not in said


async def test_p2_metrics_are_for_who_knows_the_token_and_name_nobody() -> None:
    async with stage({"JIASHU_SECURITY__METRICS_TOKEN": TOKEN}) as used:
        for n in range(3):
            await used.act("text", openid="oSim_lijing_0000000000000001", text=("人工", "找人工", "转人工")[n])
        await used.until(
            lambda: sum(line["direction"] == "push" and line["ok"] for line in used.journal()) == 3, "three answers"
        )
        for given, status in (("", 403), (f"Bearer {TOKEN}x", 403), (f"Bearer {TOKEN}", 200)):
            async with used.http.get(
                f"{used.url}/metrics", headers={"Authorization": given} if given else {}
            ) as answer:
                assert answer.status == status
                text = await answer.text()
        found = {name: float(value) for name, value in re.findall(r"^(jiashu_\S+) (\S+)$", text, re.MULTILINE)}
        assert found['jiashu_push_seconds_count{status="200"}'] >= 3
        assert found['jiashu_promises_open{mark="fresh"}'] == 1
        assert found["jiashu_database_away_seconds"] == 0
        assert found['jiashu_outbox_rows{state="unknown"}'] == 0
        assert found["jiashu_figures_read"] == 1
        assert "oSim" not in text
        assert "李" not in text
    async with stage() as used, used.http.get(f"{used.url}/metrics") as answer:
        assert answer.status == 404
