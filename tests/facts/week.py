"""What the tests of the whole house must know of week."""

from storage.types import Word

OPEN = {
    "menu_meal.meal": Word,
    "week_sheet.name": Word,
}
FREE = {
    "activity.begins",
    "activity.cancelled_why",
    "activity.ends",
    "activity.floors",
    "activity.place",
    "activity.title",
    "menu_meal.diet",
    "menu_meal.dishes",
    "price.amount",
    "price.item",
    "price.note",
    "price.unit",
    "room_kind.building",
    "room_kind.kind",
    "room_kind.room",
    "week_sheet.after",
    "week_sheet.before",
    "week_sheet.what",
}
TABLES = {
    "activity": "week",
    "bed_check": "week",
    "menu_meal": "week",
    "price": "week",
    "room_kind": "week",
    "week_sheet": "week",
}
ACTS = {
    "knowledge week": "check_beds edit_week set_rooms",
}
