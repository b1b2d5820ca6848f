"""Names of natural persons in columns that also hold firms: found, and masked to the surname."""

from __future__ import annotations

import re

from ingest.nulls import strip

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏锺钟汪田任姜范方石姚谭廖邹熊金"
    "陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左"
    "涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边虞骆臧窦冷牧娄应竺寿裘斯马阙楼"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻餘潘鐘鄒陸顧萬錢湯喬賀賴龔龐蘭陶顏倪嚴蘆魯韋畢聶叢龍齊莊時關費紀歐項陽衛單寧閔車邊駱竇婁應壽樓"
)
_DOUBLE = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "歐陽",
    "司馬",
    "諸葛",
)
_HAN = r"\u3400-\u9fff"
_PERSON = re.compile(rf"(?:(?:{'|'.join(_DOUBLE)})[{_HAN}]{{1,2}}|[{_SURNAMES}][{_HAN}]{{1,2}})")
_DOTTED = re.compile(rf"[{_HAN}]{{2,8}}[·•．.][{_HAN}]{{2,8}}(?:[·•．.][{_HAN}]{{2,8}})?")
_NOT_LAST = (
    "市县区镇乡村局厂院校所站社部队路街园城房场店行会厅府委司团馆位库矿桥港湾山河湖岛苑庭轩阁楼寨屯组段线网塔寺庙"
    "處廳縣區鎮鄉"
)
_BETWEEN = re.compile(r"([、，,;；/\s]+|(?<=.)(?:和|及)(?=.))")
_ASIDE = re.compile(
    r"^(?P<name>[^（(]+?)"
    r"(?P<rest>[（(].*|等\S{0,8}|(?:私人)?(?:个人)?(?:私宅|住宅|住房|建房|宅基地|自建房)\S{0,4})?$"
)
_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)

# What a text must hold so that `mask` may change it, for the vectorised readers.
_EDGES = r"[、，,;；/\s和及]"
SUSPECT = (
    rf"(?:^|{_EDGES})(?:[{_SURNAMES}{''.join(one[0] for one in _DOUBLE)}][\x{{3400}}-\x{{9FFF}}]{{1,3}}"
    r"|[\x{3400}-\x{9FFF}]{2,8}[·•．.][\x{3400}-\x{9FFF}·•．.]{2,17})"
    rf"(?:$|{_EDGES}|[（(等私个住建宅自])|[0-9]{{17}}"
)


def is_person(text: str) -> bool:
    """Whether the text is a person's name and nothing else."""
    name = strip(text)
    if _DOTTED.fullmatch(name):
        return True
    return _PERSON.fullmatch(name) is not None and name[-1] not in _NOT_LAST


def mask(text: str) -> str:
    """The text with persons' names cut to the surname (张**) and citizens' numbers blanked; others unchanged."""
    without = _ID_NUMBER.sub("*" * 18, text)
    return "".join(map(_mask_part, _BETWEEN.split(without)))


def _mask_part(part: str) -> str:
    found = _ASIDE.match(strip(part))
    if not found or not is_person(found["name"]):
        return part
    name = strip(found["name"])
    surname = name[:2] if name[:2] in _DOUBLE else name[0]
    return f"{surname}**{found['rest'] or ''}"
