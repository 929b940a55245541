"""What the tests of the whole house must know of house."""

FREE = {
    "home.key",
    "home.keys",
    "home.name",
    "home.timezone",
    "wechat_account.app_id",
    "wechat_account.key",
}
UNTRACED = "home wechat_account"
