"""Tables of recruiting: the channels people come by, the organisations that help, and campaigns to fill a gap."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import ids
from core.database import Model
from panel.models.places import Area

partner_area = sa.Table(
    "partner_area",
    Model.metadata,
    sa.Column("partner_id", sa.ForeignKey("partner.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("area_id", sa.ForeignKey("area.id"), primary_key=True, index=True),
)
channel_area = sa.Table(
    "channel_area",
    Model.metadata,
    sa.Column("channel_id", sa.ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("area_id", sa.ForeignKey("area.id"), primary_key=True, index=True),
)
campaign_channel = sa.Table(
    "recruiting_campaign_channel",
    Model.metadata,
    sa.Column("campaign_id", sa.ForeignKey("recruiting_campaign.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("channel_id", sa.ForeignKey("channel.id"), primary_key=True, index=True),
)
campaign_partner = sa.Table(
    "recruiting_campaign_partner",
    Model.metadata,
    sa.Column("campaign_id", sa.ForeignKey("recruiting_campaign.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("partner_id", sa.ForeignKey("partner.id"), primary_key=True, index=True),
)


class Partner(Model):
    """An organisation that helps us to reach people. Its contact is sealed for `partner.<column>:<seal_id>`."""

    __tablename__ = "partner"
    __table_args__ = (
        sa.CheckConstraint("agreement_review_on IS NULL OR agreement_on IS NOT NULL", name="agreement"),
        sa.CheckConstraint("agreement_review_on >= agreement_on", name="review"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Fixed once made: `Member.source` names it as `partner:<key>`.
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    #: `feature:category`, such as `age_band:16-19`: the groups the organisation reaches.
    groups: Mapped[list[str]] = mapped_column(default=list)
    #: Whom it reaches, in words: people in temporary housing, Deaf people, farming families.
    reaches: Mapped[str] = mapped_column(sa.Text, default="")
    seal_id: Mapped[str] = mapped_column(sa.String(26), default=ids.random_id)
    contact_name: Mapped[bytes | None]
    contact_email: Mapped[bytes | None]
    contact_phone: Mapped[bytes | None]
    #: When the agreement was signed, when it is to be looked at again, and what it says on sharing data.
    agreement_on: Mapped[dt.date | None]
    agreement_review_on: Mapped[dt.date | None]
    data_sharing: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[dt.datetime]
    ended_on: Mapped[dt.date | None]
    areas: Mapped[list[Area]] = relationship(secondary=partner_area, lazy="raise_on_sql", order_by=Area.name)


class Channel(Model):
    """A way by which people hear of the panel: a poster, an event, a partner's newsletter."""

    __tablename__ = "channel"
    __table_args__ = (
        sa.CheckConstraint("cost_pence >= 0", name="cost"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Fixed once made: it stands in the short link and, as `channel:<key>`, in `Member.source`.
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    cost_pence: Mapped[int | None]
    groups: Mapped[list[str]] = mapped_column(default=list)
    partner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    created_at: Mapped[dt.datetime]
    areas: Mapped[list[Area]] = relationship(secondary=channel_area, lazy="raise_on_sql", order_by=Area.name)
    partner: Mapped[Partner | None] = relationship(lazy="raise_on_sql")


class Campaign(Model):
    """An effort to bring in people of groups and places the panel lacks, by a day."""

    __tablename__ = "recruiting_campaign"
    __table_args__ = (sa.CheckConstraint("due_on > starts_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    starts_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    aims: Mapped[list[CampaignAim]] = relationship(
        lazy="raise_on_sql", order_by="CampaignAim.id", cascade="all, delete-orphan"
    )
    channels: Mapped[list[Channel]] = relationship(
        secondary=campaign_channel, lazy="raise_on_sql", order_by=Channel.name
    )
    partners: Mapped[list[Partner]] = relationship(
        secondary=campaign_partner, lazy="raise_on_sql", order_by=Partner.name
    )


class CampaignAim(Model):
    """How many people of one group (or of any), in one area and all inside it, a campaign is to bring in."""

    __tablename__ = "recruiting_campaign_aim"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "area_id", "feature", "category", name="uq_recruiting_campaign_aim_group"),
        sa.CheckConstraint("wanted > 0", name="wanted"),
        sa.CheckConstraint("(feature = '') = (category = '')", name="group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("recruiting_campaign.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), index=True)
    #: A band of Profile and one of its categories; both empty for anybody of the area.
    feature: Mapped[str] = mapped_column(sa.String(60), default="")
    category: Mapped[str] = mapped_column(sa.String(80), default="")
    wanted: Mapped[int]
    area: Mapped[Area] = relationship(lazy="raise_on_sql")
