"""What each act of the audit tells the pages that are open in the house, so that nobody looks at what was true an hour
ago (architecture, decision 11). `tests.transactions` asks it of each transaction of a test.
"""

from typing import Final

_TOLD: Final = {
    "accused alarms case cases inbox person": "accused_named",
    "accused alarms cases inbox person": "accused_lift",
    "accused alarms inbox person": "said_again",
    "accused inbox person": "accuse",
    "alarms": "alarm cannot_come not_arrived",
    "alarms cases days families house inbox launch letters outbox promises residents surveys": "end_practice",
    "alarms cases families inbox letters outbox person promises residents": "merge_relatives",
    "alarms cases families inbox outbox person promises residents": "join undo_bind undo_join",
    "alarms colleagues locks staff": "leave_staff set_password",
    "alarms families inbox person residents": "change_phone",
    "alarms inbox person": "arrived arrived_before calmed false going muted undone",
    "alarms locks": "log_in_locked unlock",
    "alarms unreadable": "unreadable",
    "announcements": (
        "announcement_cancelled announcement_held announcement_planned change_announcement drop_group make_group "
        "put_person write_announcement"
    ),
    "appointments": "edit_appointment end_appointment remind_appointment repeat_appointment write_appointment",
    "calls": "ring_phone",
    "calendar": "check_year fill_year set_day set_hours",
    "case cases": "add_evidence approve assess inquire note return take_on verdict_accepted",
    "case cases inbox outbox person promises": "tell",
    "case cases inbox person promises": "open_case verdict_call",
    "case cases person promises": "interim propose verdict_declined",
    "cases": "close",
    "cases colleagues": "set_unit",
    "colleagues": "codes_off codes_on codes_reset change_station mark_station own_password pledge unbind_wechat",
    "colleagues families imports residents roster staff": "undo_import",
    "colleagues inbox person": "bind_wechat",
    "colleagues session": "end_station",
    "colleagues staff": "set_name set_phone set_role take_back_staff",
    "duty": "end_duty heard_sound take_over",
    "days": "book_visit plan_cancelled plan_held plan_planned",
    "days launch letters": "launch unlaunch",
    "families": "attach_proof look_consent",
    "families inbox letters outbox person residents": "withdraw_consent",
    "families inbox outbox person promises": "refuse_binding",
    "families inbox outbox person promises residents": "bind",
    "families inbox person": "ask_to_bind change_openids",
    "families letters": "allow_pictures consent_ended forbid_pictures name_contact",
    "families letters outbox person residents": "remove_relative",
    "families letters person residents": "narrow",
    "families person residents": "consent edit_relative make_primary place_relative prove_relative",
    "families residents": "add_relative add_wish end_dispute end_wish start_dispute unbind_practice",
    "followups": "write_follow_up",
    "house": "bind_template begin_practice close_practice lengthen_clock push_menu set_settings undo_menu",
    "imports": "ask_export begin_import fix_import plan_import release_export stage_import",
    "imports residents": "apply_import",
    "incidents": (
        "begin_incident close_incident decide_report end_callout log_incident_call make_callout pass_step put_contact "
        "set_plan strike_contact take_lead tick_step untick_step write_incident"
    ),
    "inbox outbox person": "send_kept",
    "expiries": "keep_date renew_date",
    "inbox person reach": "by_hand_no_answer by_hand_not_needed by_hand_printed by_hand_spoken",
    "inbox person": "ask_back hand_back log_call receive show wechat_shift wechat_tasks",
    "knowledge": "edit fill restore teach unteach",
    "knowledge week": "check_beds edit_week set_rooms",
    "letters": (
        "drop_photo let_go let_go_weekly release_letters release_weekly say_who withdraw_letter "
        "withdraw_weekly write_letter write_weekly"
    ),
    "letters notes": "use_note",
    "notes": "add_note keep_note_inside offer_note take_back_note",
    "outbox person": "reach take_back",
    "outbox person residents": "hush",
    "residents": (
        "add_bed add_contract add_paper admit close_bed edit_allergy edit_basics edit_customs edit_habits edit_health "
        "edit_risks lay_out_beds lift_hush move open_bed remove_paper set_status sign_over tick_admission tick_after "
        "tick_back untick_admission untick_after untick_back sign_back"
    ),
    "roster": (
        "edit_post edit_shift end_post end_shift rota_ask rota_copy rota_no rota_put rota_remove rota_replace "
        "rota_swap rota_yes"
    ),
    "session": "log_out",
    "surveys": "begin_survey end_survey",
    "tasks": "add_task done_task dropped_task edit_task give_back_task hand_task take_task undo_task",
}
"""Names of changes, and the acts that tell all of them."""
QUIET: Final = frozenset(
    [
        "accused_confirm",
        "add_staff",
        "adopt",
        "answer",
        "begin_epoch",
        "breach",
        "codes_new",
        "codes_put_off",
        "confirm_epoch",
        "end_own_session",
        "end_sessions",
        "fetch_export",
        "invite",
        "log_in",
        "log_in_failed",
        "move_canned",
        "note_head",
        "open_home",
        "recovery_used",
        "refuse_export",
        "remove_canned",
        "revoke_sheet",
        "search",
        "see_identity",
        "see_notice",
        "set_floors",
        "set_pin",
        "show_passwords",
        "show_phone",
        "take_note",
        "view",
        "wechat_code",
        "write_canned",
    ]
)
"""Acts that change nothing of what another page shows."""
HEARD: Final = {act: frozenset(topics.split()) for topics, acts in _TOLD.items() for act in acts.split()}


def untold(acts: set[str], topics: set[str]) -> dict[str, list[str]]:
    """For each of these acts what should have been told and was not."""
    missing = {act: sorted(HEARD[act] - topics) for act in sorted(acts & HEARD.keys())}
    return {act: names for act, names in missing.items() if names}
