"""The thousand words or so that people use most, whatever they ask about: the others tell what it is."""

_WORDS = """
    able about above accept according account across act action activity actual add address admit adult
    affect afraid after again against age agree ahead aim air alive all allow almost alone along already
    also although always among amount animal another answer any anyone anything anyway apart appear apply
    approach area argue arm around arrange arrive art article ask attack attempt attention available avoid
    away baby back bad bag ball bank base basic beat beautiful became because become bed been before began
    begin begun behaviour behind being belief believe belong below beside best better between beyond big
    bill bird birth bit black blood blow blue board body book born both bottom bought box boy break bring
    broke brother brought brown build built burn business busy buy call came car card care carry case
    catch caught cause center central century certain certainly chair chance change character charge check
    child children choice choose chose church circle city claim class clean clear clearly close clothes
    coffee cold collect color come common community company compare complete computer concern condition
    consider contain continue control conversation cook cool copy corner correct cost could count country
    couple course cover create cross cry cup curious current cut dad daily damage dance danger dark date
    daughter day dead deal dear death decide decision deep degree depend describe design despite detail
    develop did die difference different difficult dinner direction directly discover discuss disease
    distance divide do doctor does dog done door double doubt down draw dream dress drink drive drop drove
    dry due during each ear early earth easily east easy eat eaten edge education effect effort eight
    either else email employ empty end energy enjoy enough enter entire especially even evening event ever
    every everybody everyone everything everywhere exact exactly example except exist expect experience
    explain express eye face fact fail fair fall family famous far farm fast father favorite fear feed
    feel feet fell felt few field fight figure fill final finally find fine finger finish fire first fish
    fit five fix floor flow fly follow food foot force foreign forget forgot form former forward found
    four free fresh friend friendly front fruit full fun funny further future gain game garden gave
    general get girl give given glad glass go goal goes gold gone good got government great green grew
    ground group grow guess guide had hair half hall hand happen happy hard hardly has hate have head
    health hear heard heart heat heavy held hello help here high hill himself history hit hold hole
    holiday home honest hope horse hospital hot hotel hour house however huge human hundred hungry husband
    ice idea if imagine important impossible improve include increase indeed information inside instead
    interest into involve island issue item job join just keep kept key kid kill kind kitchen knew know
    known lady land language large last late later laugh law lay lead learn least leave led left leg less
    lesson let letter level lie life light like likely line list listen little live local long look lose
    lost lot loud love low luck lunch machine made magazine main make man manage many map mark market
    matter may maybe mean meant measure meat meet member memory men mention message met method middle
    might mile milk mind mine minute miss mistake modern moment money month moon more morning most mother
    mouth move movie much mum music must name nation national natural nature near nearly necessary need
    neighbor never new news newspaper next nice night nine nobody none nor normal north note nothing
    notice now nowhere number object obvious occur ocean of off offer office official often oh oil old
    once one only onto open opinion order ordinary original other otherwise ought outside over own owner
    page paid pain paint pair paper parent park part particular particularly party pass past pay peace
    people per perhaps period person personal phone photo pick picture piece place plan plant play please
    plenty point police political poor popular position possible possibly post power practice prepare
    present president press pretty price private probably problem process produce program project promise
    proper protect proud prove provide public pull purpose push put quality quarter question quick quickly
    quiet quite race radio rain raise ran rate rather reach read ready real realize really reason receive
    recent recently recognize record red regard relate remain remember remind remove repeat reply report
    require rest result return rich ride right ring rise river road rock role room round rule run rush sad
    safe said sale same sat save saw say scene school science sea season seat second secret section see
    seek seem seen sell send sense sent sentence separate serious serve service set settle seven several
    shall shape share she ship shoe shop short shot should shoulder show shown side sign similar simple
    simply since sing single sister sit situation six size skill skin sky sleep slow slowly small smell
    smile so social society soft soil sold some somebody somehow someone something sometimes somewhere son
    song soon sorry sort soul sound south space speak special speed spell spend spent spoke sport spot
    spring square stage stand standard star start state station stay step stick still stone stood stop
    store story straight strange street strong student study stuff style subject succeed success such
    sudden suddenly suggest suit summer sun supply support suppose sure surface surprise sweet swim system
    table take taken talk tall taste taught teach teacher team tell ten term test than thank theory thing
    think third thirty those though thought thousand three threw through throw thus time tiny tired title
    today together told tomorrow tonight too took tool top total touch toward town trade train travel
    treat tree trip trouble truck true trust truth try turn twelve twenty twice two type under understand
    understood unit until upon use used useful usual usually value various version very view village visit
    voice wait walk wall want war warm wash watch water wave way wear weather week weight welcome well
    went west wet whatever wheel whenever wherever whether white whole wide wife wild win wind window
    winter wish within without woman women wonder wood word work world worry worse worst worth would write
    written wrong wrote yard yeah year yellow yes yesterday yet young yourself
"""
WORDS = frozenset(_WORDS.split())
_ENDS = ("ing", "ed", "er", "est", "ly", "d", "r")


def ordinary(word: str) -> bool:
    """Whether a word, in small letters and the singular, is one of them: walk, walking, stopped, later."""
    return word in WORDS or any(stem in WORDS for end in _ENDS for stem in _stems(word, end))


def _stems(word: str, end: str) -> tuple[str, ...]:
    stem = word.removesuffix(end)
    if stem == word or len(stem) < 3:
        return ()
    short = stem[:-1] if stem[-1] == stem[-2] else stem  # stopped
    return stem, f"{stem}e", short
