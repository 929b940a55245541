"""What 问卷 asks: the questionnaires, their scores per item, the wishes; never who said what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from care import surveys
from storage import tables
from storage.queries.families import grave
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Result:
    """One questionnaire with what came of it; wishes are shown from five sheets on."""

    row: tables.Campaign
    answered: int
    asked: int
    scores: list[surveys.Score]
    wishes: list[str]
    trend: list[tuple[str, float | None]]
    """总体 of the last twelve questionnaires, the oldest first."""


def of_period(db: Unit, home_id: int, period: str) -> tables.Campaign | None:
    """The questionnaire of a month."""
    return db.scalars(
        select(tables.Campaign).where(tables.Campaign.home_id == home_id, tables.Campaign.period == period)
    ).first()


def running(db: Unit, home_id: int) -> tables.Campaign | None:
    """The one that can be answered now."""
    found = select(tables.Campaign).where(tables.Campaign.home_id == home_id, tables.Campaign.closed_at.is_(None))
    return db.scalars(found.order_by(tables.Campaign.id.desc())).first()


def answered(db: Unit, campaign_id: int, person_id: int) -> bool:
    """Whether somebody has taken part."""
    found = select(tables.Participation.id).where(
        tables.Participation.campaign_id == campaign_id, tables.Participation.person_id == person_id
    )
    return db.scalars(found).first() is not None


def reconciled(db: Unit, row: tables.Campaign, before: datetime) -> list[int]:
    """Whose grave complaint was open when a questionnaire began and was closed before a moment, without an answer."""
    took = select(tables.Participation.person_id).where(tables.Participation.campaign_id == row.id)
    over = tables.Complaint.closed_at.between(row.opened_at, before)
    found = select(tables.Complaint.person_id).where(
        tables.Complaint.home_id == row.home_id, over, grave(), tables.Complaint.person_id.not_in(took)
    )
    return sorted(set(db.scalars(found)))


def all_of(db: Unit, home_id: int) -> list[tables.Campaign]:
    """All questionnaires, the newest first."""
    return list(
        db.scalars(
            select(tables.Campaign)
            .where(tables.Campaign.home_id == home_id)
            .order_by(tables.Campaign.period.desc())
            .limit(24)
        )
    )


def result(db: Unit, campaigns: list[tables.Campaign], chosen: tables.Campaign) -> Result:
    """What came of one questionnaire, beside the one before it."""
    ids = [row.id for row in campaigns]
    marks: dict[tuple[int, str], list[int]] = {}
    for campaign, item, mark in db.execute(
        select(tables.Mark.campaign_id, tables.Mark.item, tables.Mark.score).where(tables.Mark.campaign_id.in_(ids))
    ):
        marks.setdefault((campaign, item), []).append(mark)
    older = [row for row in campaigns if row.period < chosen.period]
    scores = [
        surveys.score(
            surveys.items()[item],
            marks.get((chosen.id, item), []),
            next((marks[row.id, item] for row in older if (row.id, item) in marks), []),
        )
        for item in chosen.items.split()
        if item in surveys.items()
    ]
    count = db.scalar(select(func.count()).where(tables.Participation.campaign_id == chosen.id)) or 0
    asked = (
        db.scalar(
            select(func.count(func.distinct(tables.Kinship.person_id))).where(
                tables.Kinship.home_id == chosen.home_id,
                tables.Kinship.person_id.in_(select(tables.Follower.person_id)),
            )
        )
        or 0
    )
    wishes = (
        db.scalars(select(tables.Wish).where(tables.Wish.campaign_id == chosen.id)) if count >= surveys.FEWEST else ()
    )
    overall = surveys.items()["overall"]
    trend = [
        (row.period, surveys.score(overall, marks.get((row.id, "overall"), [])).score)
        for row in reversed(campaigns[:12])
    ]
    return Result(chosen, count, asked, scores, sorted(db.words(row, "words") for row in wishes), trend)
