"""What the tests of the whole house must know of knowledge."""

FREE = {
    "knowledge_blank.name",
    "knowledge_blank.value",
    "knowledge_entry.answer",
    "knowledge_entry.asked",
    "knowledge_entry.key",
    "knowledge_entry.question",
    "knowledge_taught.key",
}
TABLES = {
    "knowledge_blank": "knowledge",
    "knowledge_entry": "knowledge",
}
ACTS = {
    "knowledge": "edit fill restore teach unteach",
}
OF_NOBODY = "knowledge_blank knowledge_entry"
