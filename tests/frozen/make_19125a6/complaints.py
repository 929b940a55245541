"""Complaints at every stage, each told in its own way, and clocks that run out."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from datetime import timedelta

from services import complaints, desk, evidence, media, staff
from services.ports import Fate, Outcome

from .facts import ENDS, JPEG, PDF
from .families import bindings, letters_of
from .play import Play
from .talks import silent


async def early_november(play: Play) -> None:
    """Complaints that come to their end, with both follow-ups."""
    play.until("2026-11-03 09:00")
    closed = await play.to_the_result("c-closed", "饭菜太凉了，我要投诉")
    lesson = await play.to_the_result(
        "c-lesson", "食堂的菜太咸，我要投诉", category="餐饮", scope="not_ours", passed_to="转给物业，家属同意"
    )
    rounds = await play.to_the_result("c-rounds", "收费不对，我要投诉")
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "1")
    await play.says("c-rounds", "不认可", "账单没有解释", "好了")
    play.until("2026-11-07 10:05")
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "谢谢")
    await play.leaves()
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "好了")
    play.until("2026-11-09 09:00")
    await bindings(play)
    play.until("2026-11-11 10:05")
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "谢谢")
    await play.leaves()
    await play.says("c-closed", "1")
    await play.do(
        lambda db: complaints.hear(
            db, play.house, play.staff_of["he"], lesson, word="accepted", note="电话里说好多了", now=play.clock()
        )
    )
    await play.says("c-closed", "1")
    for case in (closed, lesson):
        while int(await play.one("SELECT stage FROM complaint WHERE id = ?", case)) < 9:
            await play.do(
                lambda db, c=case: complaints.hear(  # type: ignore[misc]
                    db, play.house, play.staff_of["he"], c, word="accepted", note="好了", now=play.clock()
                )
            )
    await play.do(lambda db: complaints.learn(db, play.staff_of["he"], closed, "夜班双忙有规定了", play.clock()))
    await play.says("c-rounds", "谢谢")
    await play.to_the_plan(rounds, category="收费退费", scope="partly", passed_to="转给财务公司，家属同意")
    await play.propose(rounds)
    await play.decide(rounds, approve=False, why="把扣费一笔一笔写清楚")
    await play.propose(rounds)
    await play.decide(rounds)
    await play.leaves()
    await play.says("c-rounds", "2", "还是没有退", "好了")
    await silent(play)
    await play.jobs(plans=True)


async def late_november(play: Play) -> None:
    """Complaints at every other stage, each told in its own way."""
    play.until("2026-11-18 09:00")
    await play.to_the_result("talk-verdict-again", "环境太吵，我要投诉")
    await play.says("talk-verdict-again", "认可")
    await play.to_the_result("c-asked", "楼上太吵，我要投诉")
    await play.says("c-asked", "认可")
    play.until("2026-11-20 09:00")
    await play.to_the_result("c-follow", "态度不耐烦，我要投诉")
    await play.says("c-follow", "满意")
    for openid, way in (("c-told", "面谈"), ("c-paper", "书面"), ("c-phone", "电话")):
        case = await play.to_the_result(openid, "昨晚按铃没人来，我要投诉")
        await play.tell(case, way)
    await play.says("c-phone", "3")
    await play.says("c-paper", "请来电")
    await play.called("c-paper", "he", "电话里又解释了一遍")
    declined = int(await play.one("SELECT id FROM complaint WHERE person_id = ?", await play.person("c-paper")))
    await play.do(
        lambda db: complaints.hear(
            db, play.house, play.staff_of["he"], declined, word="declined", note="还是不满意", now=play.clock()
        )
    )
    await play.to_the_result("c-opinion", "合同写得不清楚，我要投诉")
    await play.complains("c-fresh-level", "你们把我妈摔了，我要投诉", fully=False)
    await play.says("c-fresh-level", "好了", "跳过", "跳过", "跳过", "跳过")


async def open_cases(play: Play) -> None:
    """22 November: cases at the stages from the first word to the result, accused, hidden names, evidence, an interim
    reply, clocks that run out.
    """
    now, chen, he = play.clock, play.staff_of["chen"], play.staff_of["he"]
    play.until("2026-11-22 09:00")
    zhou, tang = play.staff_of["zhou"].id, play.staff_of["tang"].id
    case = await play.complains("c-inquiry", "按铃没人来，我要投诉，别告诉他们是我，怕报复")
    await play.called("c-inquiry")
    await play.assess(case, accused=frozenset({zhou, tang}), scope="partly", passed_to="转给医院，家属同意")
    await play.assess(
        case, accused=frozenset({zhou}), scope="partly", passed_to="转给医院，家属同意", level=1, why="伤得重"
    )
    await play.do(
        lambda db: complaints.interim(
            db,
            play.house,
            he,
            case,
            reply="还在查夜班的记录，请再等两天，对不起。",
            new_due=ENDS + timedelta(days=2),
            now=now(),
        )
    )
    await play.decide(case, kind="interim")
    await play.leaves()
    for what, data in (("11 月 21 日晚的排班", PDF), ("走廊的照片", JPEG)):
        file = evidence.take(data)
        media.write_file(play.settings.media.path, play.database.sealer, file.id, data)
        await play.do(lambda db, f=file, w=what: evidence.add(db, chen, case, f, w, now()))  # type: ignore[misc]
    await play.do(lambda db: desk.note_case(db, he, case, "下午找夜班的人谈", now()))
    case = await play.complains("c-plan", "食堂的菜太咸，我要投诉")
    await play.called("c-plan")
    await play.to_the_plan(case, category="餐饮")
    await play.propose(case)
    await play.decide(case, approve=False, why="写清楚哪天改菜单")
    case = await play.complains("c-approval", "厕所有异味，我要投诉")
    await play.called("c-approval")
    await play.to_the_plan(case, category="环境设施")
    await play.propose(case)
    await play.do(
        lambda db: complaints.interim(
            db, play.house, he, case, reply="疏通的师傅明天来，对不起。", new_due=ENDS + timedelta(days=3), now=now()
        )
    )
    await play.to_the_result(
        "c-result", "护工把我妈捆着，我要投诉，要找记者", accused=frozenset({zhou}), owner_id=play.staff_of["shen"].id
    )
    await play.complains("c-assess", "打呼太响，同屋吵架，我要投诉")
    await play.called("c-assess", note="打通了，明天给说法")
    await play.says("c-breach", "我要投诉，退费不退")
    await play.complains("c-minor", "探视预约不上，我要投诉", fully=False)
    await play.complains("c-hidden", "护士太凶，匿名投诉", fully=False)
    person = await play.person("c-hidden")
    await play.do(lambda db: desk.answer(db, chen, person, "我是陈晓雯，正在核实。", "hidden-1", now()))
    await play.leaves()
    await play.to_the_result("talk-verdict-declined", "饭菜太凉了，我要投诉")
    await letters_of(play, "2026-11-22")


async def clocks_run(play: Play) -> None:
    """Promises at half, near their end, and over; log-ins that failed; a session that ended."""
    play.until("2026-11-22 14:00")
    await play.says("overdue", "隔壁床的事想问问")
    play.until("2026-11-22 14:40")
    await play.says("near", "隔壁床的事想问问")
    play.until("2026-11-22 15:00")
    await play.says("half", "隔壁床的事想问问")
    for _ in range(5):
        await play.database.write(lambda db: [staff.failed(db, ("name:fang", "address:192.0.2.7"), play.clock())])
    for login in ("he", "chen"):
        await play.do(
            lambda db, one=login: staff.log_in(  # type: ignore[misc]
                db, play.staff_of[one].id, (f"name:{one}",), play.clock(), 12
            )
        )
    session = int(await play.one("SELECT id FROM staff_session ORDER BY id DESC"))
    await play.do(lambda db: staff.log_out(db, session, play.clock()))
    play.until("2026-11-22 15:30")
    await play.jobs()
    busy = Outcome(Fate.RETRY, "微信系统忙，正在重试", "-1", retry_after=3 * 3600)
    await play.leaves(lambda openid, _: busy if openid == "overdue" else Outcome(Fate.SENT, ""))
