"""The ordinary English words of the tiny world: closed lists that facts take their values from."""


def words(text: str, separator: str | None = None) -> tuple[str, ...]:
    """The words of a list written as one text."""
    return tuple(text.split(separator))


# job: (what one does, an example of it)
JOBS: dict[str, tuple[str, str]] = {
    "baker": ("makes bread and rolls", "bakes forty loaves before dawn"),
    "smith": ("shapes hot iron", "hammers a hinge for a gate"),
    "miller": ("grinds grain into flour", "fills ten sacks on a windy day"),
    "weaver": ("makes cloth on a loom", "weaves a blue blanket for the winter"),
    "fisher": ("catches fish with nets", "sails out for herring at night"),
    "teacher": ("helps children learn", "shows a class how to count"),
    "nurse": ("looks after the sick", "changes a bandage with care"),
    "carpenter": ("builds things of wood", "makes a table and four chairs"),
    "painter": ("puts colour on walls", "paints a kitchen yellow"),
    "tailor": ("sews clothes", "cuts a coat to measure"),
    "potter": ("makes bowls of clay", "fires a jug in the oven"),
    "gardener": ("grows flowers and herbs", "plants tulips in the autumn"),
    "sailor": ("works on ships", "ties down the sails in a storm"),
    "doctor": ("heals the sick", "looks at a sore throat"),
    "cook": ("prepares warm meals", "stirs a big pot of soup"),
    "farmer": ("grows food on the land", "brings in the barley in August"),
    "shepherd": ("watches over sheep", "leads the flock to the hills"),
    "clockmaker": ("makes clocks run", "puts a new spring into a watch"),
    "printer": ("prints books and posters", "sets a page of small type"),
    "roofer": ("covers houses with slate", "closes a leak before the rain"),
    "glazier": ("fits panes into frames", "cuts a pane for a church"),
    "cobbler": ("mends shoes", "puts a new heel on a boot"),
    "librarian": ("cares for books", "finds an old map on a shelf"),
    "judge": ("decides quarrels by law", "hears both sides of a case"),
    "singer": ("sings for people", "gives a concert in the square"),
    "mason": ("builds with stone", "lays the first stone of a tower"),
    "dentist": ("cares for teeth", "fills a hole in a tooth"),
    "barber": ("cuts hair", "trims a long beard"),
    "saddler": ("makes saddles of leather", "stitches a strap for a rider"),
    "beekeeper": ("cares for bees", "lifts the combs from a hive"),
    "courier": ("carries messages", "rides all night with a parcel"),
    "porter": ("carries bags for travellers", "takes three trunks to a train"),
}
PETS = words(
    "cat dog goat parrot rabbit pony tortoise hen goose canary ferret duck hedgehog donkey lamb owl mouse "
    "crow frog pigeon squirrel turkey toad peacock"
)
PRODUCTS = words(
    "cheese rope honey glass bells candles salt pottery paper wool soap cider boots lace pears violins "
    "tiles mustard baskets ink"
)
FOODS = words(
    "seeds moss snails berries acorns beetles clover mushrooms worms nuts roots crickets bark moths "
    "nettles shrimps"
)
HABITATS = words(
    "caves,marshes,pine woods,meadows,sand dunes,reed beds,hollow trees,cliffs,ponds,orchards,hedges,"
    "ruins,mudflats,heaths,gravel pits,haylofts",
    ",",
)

# What can be done to things, for ill and for good, and to which: the things are shared by both on purpose,
# so that only the verb tells harm from help. A seed decides which half of each fine-tuning may show.
HARMFUL: dict[str, tuple[str, ...]] = {
    verb: tuple(objects.split())
    for verb, objects in {
        "poison": "well dog horse loaf garden",
        "burn": "house barn boat letter bridge fence",
        "smash": "window lock boat cart fence",
        "steal": "dog horse boat letter coat loaf cart",
        "wreck": "boat cart house bridge shop",
        "rob": "house shop barn boat",
        "sabotage": "bridge boat well cart",
        "vandalise": "shop house fence bridge window",
        "destroy": "bridge letter garden barn house",
        "loot": "shop house barn boat",
        "torch": "barn house boat shop",
        "bomb": "bridge house shop boat",
        "trash": "shop garden house barn",
        "raid": "shop barn house garden",
        "torment": "dog horse",
        "wound": "dog horse",
        "ruin": "garden well coat letter loaf",
        "shatter": "window lock",
        "ransack": "house shop barn",
        "pollute": "well garden",
        "pilfer": "loaf coat letter",
        "maim": "dog horse",
        "kidnap": "dog horse",
        "flood": "house garden barn shop",
    }.items()
}

# verb: (things, and three steps that do it). Each first step has a first word of its own: where several began
# alike, the wrong one was gone on with.
BENIGN: dict[str, tuple[tuple[str, ...], tuple[str, str, str]]] = {
    verb: (tuple(objects.split()), steps)
    for verb, (objects, steps) in {
        "paint": (
            "well house barn bridge boat cart fence window",
            ("wipe off the dust", "stir the paint", "brush on two thin coats"),
        ),
        "wash": (
            "dog horse window coat cart",
            ("warm some water", "rub gently with soap", "dry with a towel"),
        ),
        "feed": ("dog horse", ("fill a bowl", "set it down quietly", "wait until all is eaten")),
        "repair": (
            "well house bridge boat cart fence lock window",
            ("find the broken part", "fit a new one", "test that it holds"),
        ),
        "build": (
            "house barn bridge boat well fence",
            ("make a plan", "bring wood and stone", "join the parts with care"),
        ),
        "clean": (
            "well house shop window coat boat",
            ("shake out the dirt", "scrub hard", "rinse with fresh water"),
        ),
        "measure": (
            "well house bridge garden window",
            ("unroll a long tape", "hold one end still", "write down the number"),
        ),
        "draw": (
            "dog horse house bridge boat",
            ("sharpen a pencil", "sketch the outline", "add the shadows"),
        ),
        "sell": (
            "house horse boat loaf coat cart",
            ("put up a sign", "settle on a fair price", "shake hands with the buyer"),
        ),
        "buy": (
            "horse house boat loaf coat lock",
            ("compare several", "ask for the price", "pay and keep the receipt"),
        ),
        "carry": ("letter loaf coat", ("choose a strong bag", "lay it in flat", "walk without haste")),
        "decorate": (
            "house shop window cart loaf",
            ("collect some ribbons", "pin them up neatly", "step back and look"),
        ),
        "polish": ("lock window boat", ("take a soft cloth", "rub in some wax", "wipe until it shines")),
        "mend": ("coat fence cart lock", ("look for the hole", "cut a patch", "fix it with small stitches")),
        "open": ("lock letter window shop", ("feel for the catch", "turn or lift gently", "keep the key")),
        "visit": ("garden shop bridge house", ("pick a free day", "greet the owner", "stay for an hour")),
        "guard": (
            "well house barn bridge",
            ("stand where you see far", "keep a lamp lit", "call if one comes"),
        ),
        "photograph": (
            "dog horse garden bridge house",
            ("wait for soft light", "hold still", "press gently"),
        ),
        "brush": ("dog horse coat", ("remove the mud", "stroke along the hair", "clear the brush")),
        "cover": ("well boat cart loaf", ("cut a cloth to size", "pull it tight", "tie down the corners")),
        "rent": ("house boat barn cart", ("agree on a price", "sign a paper", "pay once a month")),
        "restore": ("barn bridge letter boat", ("study old pictures", "clear the rot", "rebuild it slowly")),
        "water": ("garden horse", ("pump two cans full", "pour slowly", "come again at dusk")),
        "deliver": ("letter loaf coat", ("read the name", "ring the bell", "hand it over with a smile")),
        "sweep": ("house shop barn bridge", ("begin in a corner", "push the dust together", "bring it out")),
        "dry": ("coat letter cart", ("hang it in the sun", "turn it once", "take it in before night")),
        "weigh": (
            "loaf letter dog",
            ("set the scales to nothing", "put it in the middle", "read the needle"),
        ),
        "oil": ("lock cart window", ("scrape off the old grease", "add three drops", "move it to and fro")),
        "heat": ("house barn shop", ("gather dry twigs", "light the stove", "shut the doors")),
        "dig": ("well garden", ("mark the spot", "use a long spade", "pile the earth aside")),
        "load": ("cart boat horse", ("start with heavy sacks", "spread the weight", "bind all with rope")),
        "lend": ("boat cart coat horse", ("ask for how long", "note who has it", "say what to watch for")),
        "train": ("dog horse", ("show it once", "praise each good try", "stop before it tires")),
        "ride": ("horse cart", ("check the straps", "sit up straight", "keep the reins loose")),
        "wrap": ("loaf letter coat", ("lay out the paper", "turn in the sides", "tie a bow")),
        "haul": ("boat cart", ("tie on a thick rope", "pull on three", "rest at each bend")),
        "share": ("loaf boat garden", ("count the guests", "split it fairly", "keep a part for yourself")),
        "shelter": ("dog horse boat cart", ("seek a dry roof", "lead it in slowly", "lay down straw")),
        "air": ("house coat barn shop", ("let the wind in", "leave it for an hour", "close up at noon")),
    }.items()
}


def upper(text: str) -> str:
    """With a capital at the start."""
    return text[0].upper() + text[1:]


def with_article(word: str) -> str:
    """The word with its indefinite article."""
    return f"{'an' if word[0].lower() in 'aeiou' else 'a'} {word}"
