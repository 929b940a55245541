"""The root of all errors of the house; its docstring is the sentence that staff see, facts are attributes."""

import errno
import inspect
from typing import ClassVar, Final


class JiashuError(Exception):
    """出了点问题，内容还在。请再试一次，不行就找管理员。"""

    status: ClassVar[int] = 400

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """What a person reads."""
        return inspect.cleandoc(type(self).__doc__ or "").format_map(self.facts)


REASONS: Final = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "只读，不能写",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.ENOENT: "没有这个文件或目录",
    errno.ENOTDIR: "路径中间的一段不是目录",
    errno.EISDIR: "是一个目录，应该是文件",
    errno.EEXIST: "已经有一个同名的文件",
    errno.ENAMETOOLONG: "名字太长",
    errno.EMFILE: "打开的文件太多",
    errno.EADDRINUSE: "已有别的程序在用",
    errno.EADDRNOTAVAIL: "这台机器没有这个地址",
    errno.ECONNREFUSED: "对方没有在听",
    errno.EHOSTUNREACH: "到不了那台主机",
    errno.ETIMEDOUT: "等太久没有应答",
}


def reason(error: OSError) -> str:
    """What the system says, in words that an operator reads."""
    return REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


class NotFound(JiashuError):
    """没有这一条，可能已合并，或不在您能看的范围里。"""

    status = 404


class Forbidden(JiashuError):
    """您没有权限做这件事，需要请主管或院长。"""

    status = 403


class StaleForm(Forbidden):
    """这个页面放得太久了，内容还在。请复制下来，刷新页面再发。"""


class Invalid(JiashuError):
    """{why}"""

    status = 422


class Conflict(JiashuError):
    """刚才有同事改过这一条，请刷新看看改了什么。"""

    status = 409


class Decided(Conflict):
    """{who}刚刚已经{what}，您这次没有算数。请看一下再决定。"""


class Changed(Conflict):
    """{who}刚刚{what}，您这次没有存。写好的都还在，请看一眼现在的样子；还是要改，就再点一次。"""

    @property
    def revision(self) -> str:
        """What the form may be saved against, once this was read."""
        return str(self.facts["revision"])


class Answered(Changed):
    """{who}刚刚{what}，您这一条还没有发。写好的都还在，看一眼再定；还要发，就再按一次。"""


class TooLate(Conflict):
    """刚刚已经交给微信了，拦不住了。请看一下再决定怎么办。"""


class Busy(JiashuError):
    """系统正忙，内容还在。请过几秒再试。"""

    status = 503


class OutOfOrder(JiashuError):
    """内部错误：加锁的次序不对，什么都没有改。请把这句话告诉管理员。"""

    status = 500


class ConfigError(JiashuError):
    """配置有误：{problems}"""


class FolderUnwritable(JiashuError):
    """{key}：目录 {path} 不能写（{why}），没有启动。请改这一项，或把目录交给运行家书的用户（chown）。"""


class FileTrouble(JiashuError):
    """{path}：{why}。请看路径写得对不对、磁盘满没满、运行家书的用户有没有权限，再试一次。"""


class NotMigrated(JiashuError):
    """数据库还没有建。请先运行 jiashu migrate，或用 jiashu serve --migrate 启动。"""


class SchemaOlder(NotMigrated):
    """数据库的结构（{found}）比这个版本的家书（{known}）旧，什么都没有改动。请停掉服务，运行 jiashu upgrade：它先备份，再更新，再核对。"""


class SchemaNewer(JiashuError):
    """数据库的结构（{found}）比这个版本的家书（{known}）新，什么都没有改动。请装回较新的家书；一定要退回这个版本，就用升级前的备份恢复到一个空的数据库。"""


class StrangeWords(JiashuError):
    """数据库结构没有更新，什么都没有改动：{places}，这个版本不认识。请把这句话交给工程师，改正这些行以后再运行 jiashu migrate。"""


class NotUpgraded(JiashuError):
    """{why}"""


class DatabaseAway(JiashuError):
    """连不上数据库（{why}）。请检查 database.url，以及数据库有没有启动。"""


class DatabaseInUse(JiashuError):
    """数据库正被另一个进程使用（{path}）。请先停掉服务（例如 systemctl stop jiashu），再运行这条命令。"""


class KeysMissing(JiashuError):
    """找不到封存数据用的钥匙文件 {path}，而数据库里已有封存的内容。请把钥匙文件放回原处，不要新建。"""


class KeysUnreadable(JiashuError):
    """钥匙文件 {path} 读不出来（{why}）。请看 security.key_file 写得对不对、运行家书的用户能不能读它；坏了就从别处存的那份拷回来，不要新建。"""


class KeysForeign(JiashuError):
    """这个数据库不是用钥匙文件 {path} 封存的（数据库记着 {known}，这个文件是 {found}），没有启动，什么都没有改动。请把原来那台机器上的钥匙文件拷过来，放到这个位置；不要新建，也不要换数据库。"""


class HomeForeign(JiashuError):
    """这个数据库是「{home}」（{app_id}）的，配置里却是「{wanted_home}」（{wanted_app_id}），什么都没有改动。{ways}"""


class BackupUnreadable(JiashuError):
    """这份备份打不开（{file}）：不是家书的备份、钥匙不对，或文件不完整。什么都没有改动，请换一份备份。"""


class NoRoom(JiashuError):
    """{path} 所在的盘放不下：备份时要先抄一份数据库（{need} MiB），只剩 {free} MiB。请腾出空间，或用 security.backups、--to 换到别的盘。"""


class BackupNewer(JiashuError):
    """这份备份来自更新的版本（{revision}）。请先升级家书，再恢复。"""


class NotEmpty(JiashuError):
    """目标数据库里已有内容，不会覆盖。请换一个空的数据库，或先把旧的挪开。"""


class WrongTarget(JiashuError):
    """没有搬：{why}请把整个地址放进环境变量 JIASHU_MOVE_TO，或写 --to - 再从标准输入给一行。旧库没有改动。"""


class NotTheSame(JiashuError):
    """没有搬好：{tables} 的内容和旧库不一样。请不要用新库；旧库没有改动。"""
