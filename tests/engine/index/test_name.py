"""Names are found in every way that people type them; whoever has another name is not."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import orjson
import pytest

from engine.entity import Entity, make_entity
from engine.index.index import Index
from engine.question import SearchQuestion
from tests.engine.index.collection import ALL, hit_ids

CASES = Path(__file__).parents[4] / "shared" / "cases"
PEOPLE: dict[str, tuple[str, ...]] = {
    # Russian: the passport's way, the newspaper's, the scholar's, Germany's and France's
    "Матвей Журавлёв": ("Matvei Zhuravlev", "Matvey Zhuravlyov", "Matvej Žuravlëv"),
    "Алексей Щукин": ("Aleksei Shchukin", "Alexey Schukin", "Alexei Schtschukin", "Chtchoukine"),
    "Юрий Цветаев": ("Yuri Tsvetaev", "Iurii Tsvetaev", "Juri Zwetajew", "Youri Tsvetaiev"),
    "Геннадий Хомяков": ("Gennady Khomyakov", "Gennadii Khomiakov", "Gennadi Chomjakow"),
    "Евгения Чехонина": ("Yevgenia Chekhonina", "Evgeniya Tchekhonina", "Jewgenija Tschechonina"),
    "Василий Ежов": ("Vasily Yezhov", "Vasilii Ezhov", "Wassili Jeschow", "Vassili Iejov"),
    "Наталья Ильина": ("Natalia Ilina", "Natalya Ilyina", "Natalja Iljina"),
    "Игорь Шишкин": ("Igor Shishkin", "Igor Schischkin", "Igor Chichkine"),
    "Фёдор Тютчев": ("Fedor Tiutchev", "Fyodor Tyutchev", "Fjodor Tjutschew"),
    "Виталий Подъяпольский": ("Vitaly Podyapolsky", "Vitalii Podiapolskii"),
    "Тимофей Яхонтов": ("Timofei Yakhontov", "Timofey Iakhontov", "Timofej Jachontow"),
    "Анатолий Рощин": ("Anatoly Roshchin", "Anatolii Roshchin", "Anatoli Roschtschin"),
    "Пантелей Объедков": ("Pantelei Obieedkov", "Panteley Obyedkov", "Pantelei Objedkow"),
    "Адъютантов Лука": ("Adieiutantov Luka", "Luka Adyutantov", "Luka Adjutantow"),
    "Тимофеевич Авдеев": ("Timofeyevich Avdeyev", "Timofeevich Avdeev", "Timofejewitsch Awdejew"),
    "Ермолаевна Бараева": ("Yermolayevna Barayeva", "Ermolaevna Baraeva", "Jermolajewna Barajewa"),
    "Ипполит Раевский": ("Ippolit Rayevsky", "Ippolit Raïevski", "Ippolit Rajewski"),
    "Щёкин Лаврентий": ("Schtschokin", "Shchekin Lavrenty", "Shchyokin Lavrentii"),
    "Хасан Махмадов": ("Xasan Maxmadov", "Khasan Makhmadov", "Chasan Machmadow"),
    "Зухра Бахадирова": ("Zuxra Baxadirova", "Zukhra Bakhadirova"),
    "Съёмкин Осип": ("Osip Sieemkin", "Osip Syomkin", "Ossip Sjomkin"),
    "Лисандр Дядюшкин": ("Lisandre Diadiouchkine", "Lisander Djadjuschkin"),
    # Ukrainian and Belarusian
    "Олексій Гнатюк": ("Oleksii Hnatiuk", "Oleksiy Hnatyuk"),
    "Сергій Згуровський": ("Serhii Zghurovskyi", "Serhiy Zgurovsky"),
    "Юлія Щербак": ("Yuliia Shcherbak", "Yulia Scherbak"),
    "Зиновій Їжакевич": ("Zynovii Yizhakevych", "Zinoviy Izhakevich"),
    "Марʼяна Лук’янець": ("Mariana Lukianets", "Maryana Lukyanets"),
    "Віталь Быкаў": ("Vital Bykau", "Vital Bykaw"),
    # Kazakh
    "Ғабит Қасымжанов": ("Gabit Kasymzhanov", "Ghabit Qasymjanov"),
    "Жанұзақ Әбішев": ("Zhanuzak Abishev", "Januzaq Abishev"),
    "Өмірзақ Тілеуқұлов": ("Omirzak Tileukulov", "Omirzaq Tileuqulov"),
    # Bulgarian and Serbian
    "Щерю Търновски": ("Shteryu Tarnovski",),
    "Къньо Гъльбов": ("Kanyo Galbov", "Kunyo Gulbov"),
    "Маньо Пъшкьов": ("Manyo Pashkyov", "Manio Pushkiov"),
    "Цветан Жеков": ("Tsvetan Zhekov", "Cvetan Žekov"),
    "Ђура Хаџић": ("Đura Hadžić", "Djura Hadzic"),
    "Љубица Ћирић": ("Ljubica Ćirić", "Ljubica Ciric"),
    # Greek
    "Γεώργιος Χατζής": ("Georgios Chatzis", "Yeoryios Hatzis", "Georgios Khatzis"),
    "Ευστάθιος Μπουρνάζος": ("Efstathios Bournazos",),
    "Άγγελος Ψυχάρης": ("Angelos Psycharis", "Angelos Psiharis"),
    "Γκέλης Μπεκιάρης": ("Gkelis Mpekiaris", "Gelis Bekiaris"),
    "Ντούλα Λυμπέρη": ("Ntoula Lymperi", "Doula Lymberi", "Doula Lyberi"),
    "Φαίδων Μαγκώνης": ("Faidon Magkonis", "Fedon Mangonis", "Faidon Magonis"),
    "Μπάμπης Λεοντίδης": ("Mpampis Leontidis", "Babis Leondidis", "Bambis Leontidis"),
    "Φώτης Κωνσταντίνου": ("Fotis Konstantinou", "Photis Konstantinou"),
    "Αντιγόνη Ξανθάκη": ("Antigoni Xanthaki", "Antigone Xanthake"),
    # Georgian
    "ზურაბ ჭყონია": ("Zurab Chkonia", "Zurab Chqonia"),
    "თამარ ღვინიაშვილი": ("Tamar Ghviniashvili", "Tamar Gviniashvili"),
    "ფირუზ წიკლაური": ("Piruz Tsiklauri", "Firuz Tsiklauri"),
    "ჟუჟუნა ხარაძე": ("Zhuzhuna Kharadze",),
    "ბაჟუნა ჟვანია": ("Bazhuna Zhvania", "Bajuna Jvania"),
    # Armenian
    "Վահան Սիմոնեան": ("Vahan Simonean", "Vahan Simonyan", "Vahan Simonian"),
    "Բագրատ Տէրտէրեան": ("Bagrat Terteryan", "Pakrad Derderian"),
    "Յարութ Գնունի": ("Harut Gnuni", "Harout Knouni"),
    "Ոսկան Երեմյան": ("Voskan Yeremyan", "Oskan Eremian"),
    "Ծովինար Խաչատրյան": ("Tsovinar Khachatryan", "Tsovinar Khachatrian"),
    "Գևորգ Ճաղարյան": ("Gevorg Chagharyan", "Gevorg Tchagharian"),
    "Թադևոս Ջաղինյան": ("Tadevos Jaghinyan", "Thadevos Djaghinian"),
    # letters of two ways
    "Bjørn Sønderlykke": ("Bjorn Sonderlykke", "Bjoern Soenderlykke", "Bjorn Soenderlykke"),
    "Åse Ångberg": ("Ase Angberg", "Aase Aangberg", "Ase Aangberg"),
    "Jürgen Schröckh": ("Jurgen Schrockh", "Juergen Schroeckh"),
    "Väinö Mäkelä": ("Vaino Makela", "Vaeinoe Maekelae", "Vaino Maekelae"),
    "Þorgeir Sigurðsson": ("Thorgeir Sigurdsson", "Torgeir Sigurdhsson", "Thorgeir Sigurthsson"),
    "Đorđe Stržić": ("Djordje Strzic", "Dorde Strzic", "Djorde Strzic"),
    "Wiesław Żółkoś": ("Wieslaw Zolkos", "WIESLAW ZOLKOS"),
    "Işıl Yağcı": ("Isil Yagci", "ISIL YAGCI", "Işil Yağci"),
    "Matthias Weißgräf": ("Matthias Weissgraef", "Matthias Weissgraf", "Matthias WEISSGRÄF"),
    "Ærø Kjærvig": ("Aero Kjaervig", "Aeroe Kjaervig"),
    # between Latin spellings
    "Andrey Kolokoltsov": ("Andrei Kolokoltsov", "Андрей Колокольцов", "Andrej Kolokolzow"),
    "Iwan Schewtschuk": ("Ivan Shevchuk", "Иван Шевчук"),
    "Nikita Khvochtchinski": ("Nikita Khvoshchinsky", "Никита Хвощинский"),
    # signs that are dropped
    "Gʻayrat Yoʻldoshev": ("Gayrat Yoldoshev", "G'ayrat Yo'ldoshev", "G‘ayrat Yo‘ldoshev"),
    "Maeve O'Dwyer": ("ODwyer", "O Dwyer", "O’Dwyer", "Maeve o'dwyer"),
    "Chiara D’Aurelia": ("DAurelia", "D'Aurelia", "Chiara D Aurelia"),
    "R.K. Halloway": ("RK Halloway", "R K Halloway", "R. K. Halloway", "Halloway R.K."),
    "TG Underhill": ("T.G. Underhill", "T G Underhill", "T. G. Underhill"),
}
COMPANIES: dict[str, tuple[str, ...]] = {
    "Korvella Trading S.A.": ("Korvella Trading SA", "Korvella Société Anonyme", "korvella s a"),
    "Duinrand Holding B.V.": ("Duinrand BV", "Duinrand b.v.", '"Duinrand Holding BV"'),
    "Monteverdi Acciai S.p.A.": ("Monteverdi Acciai SpA", "Monteverdi SPA"),
    "Havblik Rederi A/S": ("Havblik AS", "Havblik Aktieselskab", "Havblik A/S"),
    "Brightmoor Limited": ("Brightmoor Ltd", "Brightmoor ltd.", "brightmoor limited"),
    "Quillon Ltd": ("Quillon Limited", "Quillon Ltd."),
    "Zielona Brama Sp. z o.o.": ("Zielona Brama sp z oo", "Zielona Brama Sp. z o.o."),
    "ООО Синий Якорь": (
        "Общество с ограниченной ответственностью Синий Якорь",
        "OOO Siniy Yakor",
        "Sinii Iakor",
    ),
    "Rezgőnyár Kft.": ("Rezgonyar Korlátolt Felelősségű Társaság", "Rezgőnyár kft"),
    "Kisbükk Zártkörűen Működő Részvénytársaság": ("Kisbukk Zrt.", "Kisbükk ZRT"),
    "Tihane Osaühing": ("Tihane OÜ", "Tihane OU"),
    "Зелена Балка ТОВ": (
        "Товариство з обмеженою відповідальністю Зелена Балка",
        "ООО Зелена Балка",
    ),
    "Lumikero Julkinen osakeyhtiö": ("Lumikero Oyj",),
    "Вит Камък ЕООД": ("Еднолично дружество с ограничена отговорност Вит Камък", "Vit Kamak EOOD"),
    "Weidenhof GmbH": ("Weidenhof Gesellschaft mit beschränkter Haftung", "Weidenhof G.m.b.H."),
    "Pelham & Strand Bros": ("Pelham and Strand", "Pelham & Strand", "Pelham und Strand"),
    "K. & B. Ostrander": ("KB Ostrander", "K and B Ostrander", "K&B Ostrander"),
    "Kaltner und Vogt": ("Kaltner & Vogt", "Kaltner and Vogt", "Kaltner und Vogt"),
    "Arboleda y Quintero": ("Arboleda & Quintero", "Arboleda and Quintero", "Arboleda y Quintero"),
    "Marchetti e Figli": ("Marchetti & Figli", "Marchetti and Figli", '"Marchetti & Figli"'),
    "Лаврин и Сыновья": ("Lavrin & Synovya", "Лаврин & Сыновья", "Lavrin i Synovia"),
    "Ferro\u00adstahl Werke": ("Ferrostahl", "ferrostahl werke", "Ferro\u00adstahl"),
    "Blue\u200bHarvest Foods": ("BlueHarvest", "blue\u200charvest"),
    "\u202bNorth\u2060gate\u202c Mills": ("Northgate Mills", "\u200eNorthgate"),
    "Ellerton Corporation": ("Ellerton Corp", "Ellerton Corp."),
}
AS_WRITTEN = {
    "สมศักดิ์ วงศ์ทอง": "สมศักดา วงศ์ทิง",
    "ອຸດົມ ພັນທະວົງ": "ອຸດາມ ພັນທິວົງ",
    "ចាន់ ធារ៉ា": "ចិន់ ធីរ៉ា",
    "ကျော်ဇော လှိုင်": "ကျော်ဇာ လှုိင်",
    "නිමල් ජයසිංහ": "නිමල ජයසූංහ",
    "ཚེ་རིང་ ནོར་བུ": "ཚི་རེང་ ནར་བོ",
    "रमेश कुलकर्णी": "रमाश कुलकर्णि",
    "বিপুল সরকার": "বিপল সরকির",
    "முருகன் செல்வி": "முருகான் செல்வா",
    "వెంకట రెడ్డి": "వేంకట రెడ్డీ",
    "ಬಸವ ಗೌಡ": "ಬಸವಿ ಗೋಡ",
    "അനിൽ മേനോൻ": "അനീൽ മെനോൻ",
    "ਹਰਜੀਤ ਗਰੇਵਾਲ": "ਹਰਜਿਤ ਗਰੈਵਾਲ",
    "જયેશ પટેલ": "જયાશ પટોલ",
    "አበበ ደስታ": "አበባ ደስቴ",
}
"""Names and others that differ from them in their vowel signs alone."""
POINTED = {
    "نَادِيَة ٱلْخَطِيب": ("نادية الخطيب", "نَادية الخَطيب", "ناديـة الخطيب"),
    "كريم حدّاد": ("کریم حداد", "كَرِيم حَدَّاد"),
    "یوسف رضایی": ("يوسف رضايي", "یُوسُف رِضایی"),
    "مهدی\u200cزاده": ("مهدیزاده", "مهدی\u200cزاده"),
    "יִצְחָק לֵוִי": ("יצחק לוי", "יִצחק לֵוי"),
    "משה ברק": ("מֹשֶׁה בָּרָק",),
}


def rows() -> list[tuple[str, str]]:
    """The schema and the name of each record."""
    people = [*PEOPLE, *AS_WRITTEN, *AS_WRITTEN.values(), *POINTED]
    return [("Person", name) for name in people] + [("Company", name) for name in COMPANIES]


IDS = {name: f"n{number}" for number, (_, name) in zip(count(), rows(), strict=False)}
TYPED = [
    (name, text)
    for names in (PEOPLE, COMPANIES, POINTED)
    for name, texts in names.items()
    for text in (name, *texts)
    if text
] + [
    (name, text)
    for pair in AS_WRITTEN.items()
    for name in pair
    for text in (name, *name.split(" "))
    if text not in pair[name == pair[0]].split(" ")
]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """All the names, indexed."""
    with Index.open(tmp_path_factory.mktemp("names"), write=True) as made:
        made.add(make_entity("red", IDS[name], schema, {"name": [name]}) for schema, name in rows())
        made.commit(1)
        yield made


@pytest.mark.parametrize(("name", "text"), TYPED)
def test_found_as_typed(names: Index, name: str, text: str) -> None:
    """Each way to type a name finds its record, and nobody else."""
    assert hit_ids(names, text) == [IDS[name]]
    assert "<em>" in (names.search(SearchQuestion(text, first=1), ALL).hits[0].highlight or "")


def test_exact_spelling_comes_first(tmp_path: Path) -> None:
    """A name in these very letters, then names with them, then names that sound like it."""
    spelt = ["Andrei Kolzow", "Andrei Kolzow Holding", "Andrey Koltsov", "Андрей Кольцов"]
    with Index.open(tmp_path, write=True) as index:
        index.add(
            make_entity("red", f"e{number}", "Person", {"name": [name]})
            for number, name in enumerate(spelt)
        )
        index.add([make_entity("red", "note", "Person", {"notes": ["met Andrei Kolzow"]})])
        index.commit(1)
        assert hit_ids(index, "andrei kolzow") == ["e0", "e1", "e3", "e2", "note"]
        assert set(hit_ids(index, "andrey koltsov")[:2]) == {"e2", "e3"}
        assert set(hit_ids(index, '"andrei kolzow"')) == {"e0", "e1", "note"}
        assert hit_ids(index, "kolzow -andrei") == ["e3", "e2"]
        assert set(hit_ids(index, "koltso*")) == {"e0", "e1", "e2", "e3"}


def test_a_name_is_no_other_name(names: Index) -> None:
    """Names that differ by more than a way to write them stay apart."""
    for text in ("Matvei Shuravlev", "Bjarn Sonderlykke", "Korvella Trading Ltd", "Kaltner Voigt"):
        assert hit_ids(names, text) == []


def cased() -> list[Entity]:
    """The entities of the cases of names, if they are there."""
    kinds = ("abbreviations", "fold-inside-word", "fold-marks", "invisible-characters")
    files = [CASES / kind / "in.ftm.json" for kind in (*kinds, "romanisation")]
    lines = [line for file in files if file.exists() for line in file.read_bytes().splitlines()]
    found = map(orjson.loads, filter(None, lines))
    return [make_entity("red", row["id"], row["schema"], row["properties"]) for row in found]


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
def test_shared_cases(tmp_path: Path) -> None:
    """Every input of the cases finds its record."""
    asked = {
        "sa": ["Halvmoon Holdings SA"],
        "bv": ["Zeeduin Beheer BV"],
        "as": ["Nordhavn AS"],
        "jp": ["JP Marston"],
        "amp": ["Tarn and Wexley"],
        "ob": ["OBrennan"],
        "dk": ["Soren Orskov"],
        "ge": ["Petre", "Kapanadze"],
        "am": ["Arpine"],
        "kz": ["Nurdaulet Kozhabekov"],
        "uz": ["Gulom"],
        "hi": ["दीपक"],
        "ar": ["مرتضى"],
        "he": ["דוד כהן"],
        "shy": ["petrochem"],
        "zwsp": ["quantumleap"],
        "zwnj": ["علیرضا"],
        "s": ["Sergei"],
        "a": ["Andrei"],
        "d": ["Dmitry"],
        "v": ["Volodymyr"],
        "y": ["Yevhen Hrytsenko"],
    }
    with Index.open(tmp_path, write=True) as index:
        index.add(cased())
        index.commit(1)
        for entity in cased():
            own = entity.id.split(":")[1]
            for text in [entity.caption, *asked.get(own, [])]:
                assert hit_ids(index, text) == [own], text
