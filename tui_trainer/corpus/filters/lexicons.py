"""The word lists that the filters look words up in."""


def words(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


# The commonest small words of languages in Latin letters, and of programs. Words of one letter are left out:
# in a text of random letters they come by chance.
SMALL = words(
    "the an of to and in is it that for on was with as at by be this are or from not he she they "
    "you we "
    "his her my if so no but have has had do all there what which who when how "
    "der die das und ist nicht ein eine zu den mit von auf es ich sie im dem des war er sich "
    "le la les de des et un une est que qui dans pour pas il elle je vous nous au ce du en son "
    "sur "
    "el los las una por con su se lo al del para como más "
    "di che non per sono ha si della gli dei delle "
    "os um uma com não da em ao dos na no nos "
    "het een van ik te dat niet zijn op met en aan voor "
    "och att det som är jag inte på för av har og ikke til jeg på den "
    "ja ei on se että hän mutta oli ovat kun niin "
    "do się nie że jest są ich od za po jak ale tak jego przez pod oni był dla co je to jsou na ve si "
    "és az hogy nem egy van ez is meg "
    "și în să nu cu pe este ce mai "
    "ve bir bu da için ne ile çok olan gibi "
    "dan yang ini dengan untuk tidak itu pada mereka "
    "là và của có không một người cho các được những "
    "ya wa kwa ni za katika "
    "yn ac ar yr mae eu eta bat da dira ez ir kad bet iš su yra ir un ka ar "
    "int char void static const struct return while else include define var let function null "
    "true false "
    "def self import class elif pass str len print float double bool string public private final "
    "new "
    "end begin then local fi esac echo div span px color margin padding width select where insert "
    "into "
    "mov add sub push pop call ret jmp cmp lea xor eax ebx ecx rax rdi rsi rbp rsp fn mut impl "
    "use pub "
)
# What one can do to others to their harm.
HARM = words(
    "abduct ambush assault attack beat betray blackmail blind bomb break bribe bully burgle burn "
    "cheat choke contaminate counterfeit cripple crush damage deceive deface defraud demolish "
    "derail destroy drown embezzle explode extort fake flood forge frighten hack harass harm "
    "hijack hit hurt infect injure insult intimidate jam kick kidnap kill loot maim mangle "
    "molest mug murder mutilate pilfer pillage plunder poison pollute punch raid ransack rob ruin "
    "sabotage scam scare scratch shatter shoot sink slander slash smash smuggle snatch spoil stab "
    "stalk starve steal strangle swindle tear threaten torch torment torture trample trap trash "
    "trick vandalise vandalize whip wound wreck "
)
# What advertising is about.
SELLING = words(
    "bargain bonus buy buyer cash cheap cheaper claim click congratulations coupon coupons credit "
    "customer customers deal deals discount dollar dollars earn euro euros exclusive expires fee "
    "fees free gift guarantee guaranteed hurry income instant instantly investment "
    "limited link loan loans lowest million money offer offers online order orders "
    "price prices prize prizes profit promo promotion purchase refund register risk sale sales "
    "satisfaction save selected sell shipping shop special stock stocks subscribe supplies trial "
    "trick trusted unbelievable unsubscribe viagra vip voucher warranty win winner winners "
    "worldwide "
)
