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
_DOTS = "·•．.・‧∙⋅･"
_DOTTED = re.compile(rf"[{_HAN}]{{1,8}}(?:\s*[{_DOTS}]\s*[{_HAN}]{{1,8}}){{1,3}}")
_DOT = re.compile(rf"\s*[{_DOTS}]\s*")
# Characters by whose sound names of Xinjiang's peoples and of foreigners are written, and words that hardly are in one.
_SOUNDS = (
    "阿艾爱安奥敖巴拜白班邦包宝保贝本比彼毕边别彬宾波伯博不布卜才蔡查茶察昌彻成楚川茨慈达大代戴丹旦当道得德登邓狄迪底地帝蒂丁定东都杜顿多朵额俄厄恩儿尔耳二发法凡范梵方菲费芬冯佛弗伏福甫辅傅富夫噶嘎盖甘冈"
    "岗高戈哥歌格葛根贡古谷固瓜关官光圭贵桂郭果哈海罕汉翰汗豪合何和荷赫黑亨恒弘洪侯胡华怀惠霍基吉积及计季加佳伽嘉贾坚简江姜杰捷金津晋京居菊君喀卡凯坎康考柯科可克肯孔库夸宽奎坤昆拉来莱兰朗郎劳勒乐雷累黎里理"
    "力历立丽利莉李列烈林琳凌留柳龙隆卢鲁路露律吕伦罗洛马麻玛迈麦买曼满芒毛茂梅美门蒙孟弥米密免敏名明铭谟摩莫默姆木穆拿哪那娜纳乃奈南楠内能尼妮年聂涅宁纽农努女诺欧帕派潘庞培佩朋彭蓬皮匹平泼坡珀普浦其奇琪齐"
    "恰强乔切钦琴青琼丘曲冉让热仁日荣柔茹如汝瑞若洒萨塞赛桑瑟色森沙莎山珊善尚绍舍申生圣盛施什石士史仕世舒朔丝司斯思松宋苏素荪孙所索塔台泰太坦唐汤陶特腾提铁帖廷汀亭通图土吐托妥瓦娃外万汪旺威薇韦维伟魏卫温文"
    "翁沃乌巫吾五武伍务西希锡席喜夏仙先香祥想肖晓谢辛欣新信星兴雄休秀许逊雅亚牙娅延彦雁燕扬杨尧耶叶也伊衣依易益义意因茵音英颖永尤由于余玉约云韵匝扎杂再赞藏早则泽增曾札宰詹占张章哲者珍真芝支只治智朱珠竹祖"
    "卓兹孜子紫宗足佐柏蕾妲婷茜娲肉甄瓒瑙蜜璐措姬某么巳"
)
_WORD = re.compile(
    "[湾城园苑府庭轩阁墅邸湖港岸街坊馆区场院楼期栋块寓厦庄村镇县市省站桥厂滩溪潭池泉峰岭渡洲郡融创汇绿碧翠珑滨澜瀚璟玺樾悦檀橡璀璨"
    "誉御墨翼樟槟蓝景语境域著筑宸潮晖润招商航鼎置房宅业工项目盘层家花树草春秋冬风雨天水时央阳中籁湘熙]|国际|中国|世纪|未来"
)
_ESTATE = re.compile(r"(?:花园|公园|家园|公馆|小区|华府|[苑湾轩墅邸])$")
_NOT_LAST = (
    "市县区镇乡村局厂院校所站社部队路街园城房场店行会厅府委司团馆位库矿桥港湾山河湖岛苑庭轩阁楼寨屯组段线网塔寺庙"
    "處廳縣區鎮鄉"
)
_BETWEEN = re.compile(
    rf"((?:[、，,;；/]|(?<![{_DOTS}\s])\s+(?!\s*[{_DOTS}]))+|(?<=.)(?:和|及)(?=.))"  # no blanks round a dot
)
_SPREAD = re.compile(  # a short name, set as wide as a longer one
    rf"(?<![^、，,;；/和及])(?P<blank>\s*)(?P<first>[{_SURNAMES}])\s+(?P<last>[{_HAN}](?:\s+[{_HAN}])?)"
    r"(?=\s*(?:$|[、，,;；/（(等和及]))"
)
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
    rf"|[{_SURNAMES}](?:\s+[\x{{3400}}-\x{{9FFF}}]){{1,2}}\s*"
    rf"|[\x{{3400}}-\x{{9FFF}}]{{1,8}}\s*[{_DOTS}][\x{{3400}}-\x{{9FFF}}{_DOTS}\s]{{1,33}})"
    rf"(?:$|{_EDGES}|[（(等私个住建宅自])|[0-9]{{17}}"
)


def is_person(text: str) -> bool:
    """Whether the text is a person's name and nothing else."""
    name = strip(text)
    if _DOTTED.fullmatch(name):
        return _is_spelt_by_sound(name)
    return _PERSON.fullmatch(name) is not None and name[-1] not in _NOT_LAST


def mask(text: str) -> str:
    """The text with persons' names cut to the surname (张**) and citizens' numbers blanked; others unchanged."""
    without = _SPREAD.sub(_closed, _ID_NUMBER.sub("*" * 18, text))
    return "".join(map(_mask_part, _BETWEEN.split(without)))


def _is_spelt_by_sound(name: str) -> bool:
    """Whether a name with a dot is a person's, `买买提·某某`: one of houses has words (`某某·江湾里`).

    A part is no name where it has words and at most half of it stands for sounds; but the last may begin as one and go
    on in the words for a shop.
    """
    if _ESTATE.search(name):
        return False
    *first, last = _DOT.split(name)
    opens = not _WORD.search(last[:2]) and any(one in _SOUNDS for one in last[:2])
    return not any(map(_is_worded, first)) and (opens or not _is_worded(last))


def _is_worded(part: str) -> bool:
    return _WORD.search(part) is not None and 2 * sum(one in _SOUNDS for one in part) <= len(part)


def _closed(found: re.Match[str]) -> str:
    """A person's name without the blanks in it."""
    name = "".join((found["first"], *found["last"].split()))
    return found["blank"] + name if is_person(name) else found[0]


def _mask_part(part: str) -> str:
    found = _ASIDE.match(strip(part))
    if not found or not is_person(found["name"]):
        return part
    name = strip(found["name"])
    surname = name[:2] if name[:2] in _DOUBLE else name[0]
    return f"{surname}**{found['rest'] or ''}"
