"""The words of shares, as registers of many countries write them: what does each phrase say?

A phrase is written in lower case and without accents, as ``plain`` leaves a text.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import cache


class Says(Enum):
    """What a phrase says of a number next to it."""

    ABOVE = "more than the number that follows"
    LEAST = "at least the number that follows"
    BELOW = "less than the number that follows"
    MOST = "at most the number that follows"
    ABOUT = "about the number that follows"
    OR_MORE = "at least the number before"
    OR_LESS = "at most the number before"
    BEYOND = "more than the number before"
    SHORT = "less than the number before"
    TO = "from the number before to that which follows"
    AND = "between two bounds"
    PERCENT = "the unit"
    COUNTED = "shares are counted, unless there is a unit"
    VOTES = "of votes, which are no share of ownership"
    MAJORITY = "more than half"
    MINORITY = "less than half"
    NOTHING = "says nothing of the number"


PHRASES = {
    Says.ABOVE: """
        >|more than|greater than|over|above|exceeding|exceeds|in excess of|higher than|более
        больше|более чем|больше чем|свыше|выше|превышает|бiльше|бiльше нiж|понад|бiльш нiж
        бiльш як|повече от|над|vise od|preko|mayor a|mayor de|mayor que|plus de|plus que
        superieur a|superieure a|mas de|mas del|superior a|superior al|mais de|mais do que
        piu di|piu del|oltre|oltre il|superiore a|superiore al|mehr als|uber|ueber|hoher als
        meer dan|boven|mere end|over|mer an|mer enn|enemman kuin|yli|powyzej|wiecej niz|ponad
        vice nez|nad|viac ako|peste|mai mult de|tobb mint|felett|rohkem kui|ule|vairak neka
        vairak par|daugiau kaip|daugiau nei|πανω απο|περισσοτερο απο|ανω του|超过|超過|大于
        高于|多于|초과|اكثر من""",
    Says.LEAST: """
        >=|≥|⩾|at least|not less than|no less than|not under|minimum|minimum of|min|from
        не менее|не меньше|не менее чем|минимум|от|как минимум|начиная с|не нижче|не менш
        не менш як|не менше|не менше нiж|щонайменше|принаймнi|вiд|най малко|поне|au moins
        au minimum|pas moins de|a partir de|al menos|por lo menos|como minimo|no menos de
        no menos del|desde|a partir del|pelo menos|no minimo|nao menos de|almeno|almeno il
        non meno di|non meno del|a partire da|mindestens|wenigstens|nicht weniger als|ab|od|fra
        fran|minimaal|ten minste|minstens|niet minder dan|mindst|ikke under|minst|vahintaan
        co najmniej|nie mniej niz|minimalnie|nejmene|alespon|minimalne|najmenej|najmanje
        cel putin|nu mai putin de|legalabb|vahemalt|vismaz|ne maziau kaip|τουλαχιστον|不少于
        不低于|至少|不小于|en az|على الاقل|لا يقل عن""",
    Says.BELOW: """
        <|less than|under|below|lower than|fewer than|менее|меньше|менее чем|меньше чем|ниже
        менше|менше нiж|менш нiж|менш як|по малко от|под|moins de|inferieur a|inferieure a
        menos de|menos del|inferior a|inferior al|menos que|meno di|meno del|inferiore a
        inferiore al|weniger als|unter|minder dan|onder|mindre end|mindre an|mindre enn|alle
        ponizej|mniej niz|mene nez|menej ako|manje od|sub|mai putin de|kevesebb mint|alatt
        vahem kui|alla|mazak par|maziau kaip|λιγοτερο απο|低于|少于|小于|不足|未满|اقل من""",
    Says.MOST: """
        <=|≤|⩽|up to|and up to|not more than|no more than|not over|not exceeding|at most|maximum
        maximum of|max|up to and including|не более|не больше|не более чем|не больше чем
        не свыше|максимум|не выше|не бiльше|не бiльше нiж|не бiльш як|щонайбiльше|не повече от
        au plus|pas plus de|au maximum|no mas de|no mas del|como maximo|a lo sumo|nao mais de
        no maximo|non piu di|non piu del|al massimo|hochstens|nicht mehr als|bis zu|bis zum
        maximal|hoogstens|niet meer dan|maximaal|ten hoogste|hojst|hogst|ikke mere end|hoyst
        enintaan|co najwyzej|nie wiecej niz|nejvyse|najviac|najvise|cel mult|nu mai mult de
        legfeljebb|το πολυ|不超过|不超過|至多|最多|不高于|en fazla|en cok|لا يزيد عن""",
    Says.ABOUT: """
        ~|≈|ca|circa|approx|approximately|about|around|roughly|estimated|около|примерно
        приблизительно|близько|приблизно|environ|a peu pres|aproximadamente|alrededor de
        cerca de|circa il|etwa|ungefahr|rund|zirka|ongeveer|omkring|noin|okolo|asi|priblizne
        aproximativ|korulbelul|约|大约|約""",
    Says.OR_MORE: """
        +|or more|and more|or above|and above|or over|and over|or greater|and up|or higher
        upwards|и более|или более|и больше|или больше|и выше|или выше|и свыше|i бiльше
        та бiльше|або бiльше|чи бiльше|i вище|и повече|или повече|ou plus|et plus|ou davantage
        et au dela|o mas|y mas|ou mais|e mais|o piu|e piu|oder mehr|und mehr|oder daruber
        of meer|en meer|eller mere|og mere|eller mer|och mer|og mer|tai enemman|lub wiecej
        i wiecej|nebo vice|a vice|alebo viac|a viac|ili vise|i vise|sau mai mult|vagy tobb
        voi rohkem|vai vairak|ar daugiau|η περισσοτερο|以上|及以上|或以上|이상""",
    Says.OR_LESS: """
        or less|and less|or under|or below|and below|or fewer|или менее|и менее|или меньше
        и меньше|и ниже|або менше|i менше|чи менше|ou moins|et moins|o menos|ou menos|o meno
        oder weniger|of minder|eller mindre|lub mniej|nebo mene|以下|及以下|或以下|이하""",
    Says.BEYOND: """
        plus one|plus 1|plus one share|plus 1 share|plus one vote|plus a share|+ 1|+1|+ 1 share
        +1 share|+ one share|+1 акция|+ 1 акция|плюс одна акция|плюс 1 акция|плюс одна акцiя
        plus une action|mas una accion|plus eine aktie|超|'den fazla|'dan fazla|'ten fazla
        'tan fazla""",
    Says.SHORT: "未満|미만|minus one share|minus 1 share|less one share|минус одна акция",
    Says.TO: """
        to|..|...|-|bis|til|till|a|al|tot|tot en met|до|do|по|至|到|から|ate|hasta|fino a
        fino al|jusqu'a|jusqu a|kuni|lidz|iki|εως""",
    Says.AND: """
        and|but|and also|between|range|range of|между|и|но|мiж|та|i|але|entre|et|mais|y|pero|e
        ma|tra|zwischen|und|aber|jedoch|tussen|en|maar|mellem|mellan|mellom|og|och|men|miedzy
        oraz|mezi|ale|intre|si""",
    Says.PERCENT: """
        %|percent|per cent|percents|percentage|pct|p.c.|pc|prozent|v. h.|v.h.|vh|procent
        prosent|prosenttia|pour cent|pourcent|p. 100|por ciento|por cento|per cento|percento
        procenta|procento|procentu|percenta|szazalek|процент|процента|процентов|процентiв|проц
        вiдсоток|вiдсотка|вiдсоткiв|вiдсотки|на сто|posto|odsto|la suta|protsenti|yuzde
        τοις εκατο|パーセント|퍼센트|百分之|في المئة|بالمئة|بالمائة""",
    Says.COUNTED: """
        share|shares|ordinary shares|stock|stocks|units|action|actions|parts|parts sociales
        aktie|aktien|aktier|anteile|aksjer|aandelen|accion|acciones|participaciones
        participacion|acoes|quotas|azione|azioni|акция|акции|акций|акцiя|акцiї|акцiй|долей
        часток|akcji|akcje|udzialow|udzialy|akcii|akcie|podily|osakkeet|osaketta|股|株""",
    Says.VOTES: """
        vote|votes|voting|voting right|voting rights|voting power|of the voting rights
        voting shares|right to appoint and remove directors|right to appoint and remove members
        right to appoint or remove directors
        right to appoint and remove a majority of the directors
        significant influence or control|droits de vote|droit de vote|derechos de voto
        direitos de voto|diritti di voto|stimmrecht|stimmrechte|stimmrechten|der stimmrechte
        stimmen|stimmanteil|stemrechten|stemrecht|stemmerettigheder|rostratter|stemmeretter
        голос|голоса|голосов|право голоса|прав голоса|голосующих акций|голосiв|право голосу
        прав голосу|prawo glosu|praw glosu|glosow|hlasovaci prava|hlasovacich prav|表决权
        議決権""",
    Says.NOTHING: """
        =|:|;|,|.|(|)|[|]|/|*|**|†|‡|direct|directly|indirect|indirectly|indirect ownership
        direct ownership|ownership|ownership of shares|ownership of the shares|owns|owner|holds
        holding|held|stake|shareholding|interest|share of ownership|equity|equity interest
        capital|share capital|of|of the|in|the|shares and voting rights
        shares and of the voting rights|shares and votes|capital and voting rights
        shares and the voting rights|right to share surplus assets|right to surplus assets
        total|in total|partnership interest|as a member of a firm|as member of a firm
        as members of a firm|as firm|as a firm|through a firm|through a trust|as trust
        as a trust|as a trustee of a trust|as trustee of a trust|via a trust
        as the trustees of a trust|as control over trust|as control over firm
        with control over a firm|with control over a trust|has control over a firm
        has control over the trustees of a trust|with control over the trustees of a trust
        registered overseas entity|inclusive|limited liability partnership|as individual
        as an individual|personally|jointly|all shares|issued|issued shares
        issued share capital|of the company|прямо|косвенно|прямое|косвенное|напрямую|прямая
        уставного капитала|уставный капитал|в|у|капитала|доля в|доля|доли|долi|участие|частка
        частка у|статутного капiталу|статутному капiталi|уставном капитале|уставнiм капiталi
        включительно|включно|прямий|непрямий|непряме|пряме|du capital|du capital social
        des parts|des actions|les parts|du|des|del|da|dal|directement|indirectement|detention
        directe|indirecte|participation|del capital|del capital social|de las acciones
        de las participaciones|directo|indirecto|directa|indirecta|do capital|do capital social
        direto|indireto|diretamente|capitale|del capitale|del capitale sociale|diretto
        indiretto|diretta|indiretta|der anteile|der aktien|des kapitals|am kapital|kapital
        beteiligung|kapitalanteil|stammkapital|am stammkapital|direkt|indirekt|unmittelbar
        mittelbar|van de aandelen|rechtstreeks|middellijk|af aktierne|ejerandel|udzialow w
        w kapitale|bezposrednio|posrednio|primo|neprimo|持股|股权|股份|的股份|的股权|出資|的|de
        de la|une|un|une part|uma|von|vom|van|din|quota|quote|part|anteil|podil|udzial
        participacao|partecipazione""",
}
FRACTIONS = {
    100.0: """
        one hundred|a hundred|hundred|сто|hundert|einhundert|cien|cem
        all|the whole|whole|entire|wholly owned|wholly|sole owner|sole shareholder
        full ownership|весь|вся|полностью|единственный участник|единственный акционер|усi|уся
        повнiстю|totalite|la totalite|totalidad|la totalidad|totalidade|totalita|alleiniger
        alleingesellschafter|alleinaktionar|vollstandig|全部|全額""",
    50.0: """
        half|one half|a half|the half|половина|половину|половины|половини|moitie|la moitie
        mitad|la mitad|metade|a metade|meta|la meta|halfte|die halfte|der halfte|zur halfte
        helft|de helft|halvdelen|halften|puolet|polowa|polowy|polovina|poloviny|jumatate|fele
        半数|一半|半分|fifty|пятьдесят|cinquante|funfzig|cincuenta|cinquenta|cinquanta""",
    10.0: "ten|десять|dix|zehn|diez|dieci",
    20.0: "twenty|двадцать|двадцять|vingt|zwanzig|veinte|vinte|venti",
    30.0: "thirty|тридцать|тридцять|trente|dreissig|dreißig|treinta|trinta|trenta",
    40.0: "forty|сорок|quarante|vierzig|cuarenta|quarenta|quaranta",
    49.0: "forty nine|сорок девять|quarante neuf|neunundvierzig|cuarenta y nueve",
    51.0: "fifty one|пятьдесят один|cinquante et un|einundfunfzig|cincuenta y uno",
    60.0: "sixty|шестьдесят|soixante|sechzig|sesenta|sessenta|sessanta",
    100 / 3: """
        third|one third|a third|треть|трети|третина|третини|un tiers|le tiers|tiers|un tercio
        tercio|um terco|un terzo|ein drittel|drittel|een derde|en tredjedel|三分之一""",
    200 / 3: """
        two thirds|две трети|двi третини|deux tiers|dos tercios|dois tercos|due terzi
        zwei drittel|twee derde|to tredjedele|三分之二""",
    25.0: """
        quarter|one quarter|a quarter|one fourth|четверть|четверти|чверть|чвертi|un quart|quart
        un cuarto|cuarta parte|um quarto|un quarto|ein viertel|viertel|een kwart|四分之一
        twenty five|двадцать пять|vingt cinq|funfundzwanzig|veinticinco|vinte e cinco
        venticinque""",
    75.0: """
        three quarters|three fourths|три четверти|три чвертi|trois quarts|tres cuartos
        tres cuartas partes|tres quartos|tre quarti|drei viertel|dreiviertel|driekwart
        seventy five|семьдесят пять|soixante quinze|funfundsiebzig|setenta y cinco
        setenta e cinco|settantacinque""",
}
"""Percents that are written as words."""
MAJORITY = """
    majority|majority owner|majority shareholder|majority stake|majority of the shares
    majority holding|majority interest|simple majority|absolute majority|большинство
    мажоритарный|мажоритарная доля|бiльшiсть|мажоритарний|majorite|la majorite|majoritaire
    actionnaire majoritaire|mayoria|la mayoria|mayoritario|mayoritaria|accionista mayoritario
    maioria|a maioria|majoritario|maggioranza|la maggioranza|maggioritario|mehrheit
    die mehrheit|mehrheitsbeteiligung|mehrheitsgesellschafter|mehrheitsaktionar|meerderheid
    flertal|flertallet|majoritet|flertall|enemmisto|wiekszosc|wiekszosciowy|vetsina|vacsina
    majoritate|tobbseg|过半数|過半数|多数"""
"""More than half, in one word."""
MINORITY = """
    minority|minority shareholder|minority stake|minority interest|minority holding
    миноритарный|мiноритарний|minoritaire|minoritario|minderheit|minderheitsbeteiligung
    mindretal|mniejszosc|mensina"""
"""Less than half, in one word."""
DASHES = re.compile(r"[\u2010-\u2015\u2212\uff0d]")
VULGAR = re.compile(r"(\d+) ?([\u00bc-\u00be\u2150-\u215e])")
"""A number with a fraction behind it, as in 33⅓."""
SIGNS = str.maketrans(
    {
        "\u066a": "%",
        "\u066b": ".",
        "\u2044": "/",
        "\u2019": "'",
        "\u0456": "i",
        "\u0131": "i",
        "\u0142": "l",
    }
)
"""The Arabic percent sign and decimal point, the slash of fractions, the apostrophe, and letters
that have no accent to take off."""


def plain(text: str) -> str:
    """A text in lower case, with the usual digits and signs, and without accents."""
    text = VULGAR.sub(lambda match: f"{int(match[1]) + unicodedata.numeric(match[2]):.10f}", text)
    text = unicodedata.normalize("NFKD", text).lower()
    letters = (
        str(unicodedata.decimal(letter, letter)) if letter > "\x7f" else letter
        for letter in text
        if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    changed = "".join(letters).translate(SIGNS)
    return re.sub(r"\s+", " ", DASHES.sub("-", changed)).strip()


def phrases(text: str) -> Iterator[str]:
    """The phrases of one entry above."""
    for phrase in re.split(r"[|\n]", text):
        if phrase := plain(phrase):
            yield phrase


@cache
def meanings() -> dict[str, "Says | float"]:
    """What each phrase says, or which percents it stands for."""
    found: dict[str, Says | float] = {}
    for says, text in PHRASES.items():
        found.update((phrase, says) for phrase in phrases(text))
    for percents, text in FRACTIONS.items():
        found.update((phrase, percents) for phrase in phrases(text))
    found.update((phrase, Says.MAJORITY) for phrase in phrases(MAJORITY))
    found.update((phrase, Says.MINORITY) for phrase in phrases(MINORITY))
    return found


def meaning(phrase: str) -> "Says | float":
    """What a phrase says that the scanner found: its words may be joined by hyphens."""
    known = meanings()
    return known[phrase] if phrase in known else known[phrase.replace("-", " ")]


@cache
def scanner() -> re.Pattern[str]:
    """Finds the phrases and numbers of a plain text one after the other, the longest first.

    Its groups are ``phrase``, ``number`` and ``word``, which is neither.
    """
    longest = sorted(meanings(), key=len, reverse=True)
    known = "|".join(bounded(phrase) for phrase in longest)
    number = r"\d+ ?\d*/\d+|\d{1,3}(?:[ ']\d{3})+(?!\d)|\d+(?:[.,]\d+)*|[.,]\d+"
    return re.compile(rf" ?(?:(?P<phrase>{known})|(?P<number>{number})|(?P<word>\w+|\S))")


def bounded(phrase: str) -> str:
    """A pattern for a phrase that is no part of a longer word; Chinese has no blanks."""
    is_spaced = phrase[0] < "\u3000"
    before = r"(?<!\w)" if is_spaced and phrase[0].isalpha() else ""
    after = r"(?!\w)" if is_spaced and phrase[-1].isalnum() else ""
    return before + re.escape(phrase).replace(r"\ ", "[ -]") + after
