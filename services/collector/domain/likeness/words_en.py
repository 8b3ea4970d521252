"""English words by what a difference in them means: nothing, the same, the opposite, or another thing."""

from services.collector.domain.likeness.lists import words

FILLERS = words("""
a an the this that these those it its is are was were be been being am i my me mine myself we our us ours you your
yours he his him she her they them their there here to of in on at for with and or so as by from into onto over then
than just really very too also again still even now already quite so much totally completely absolutely extremely
please pls plz thanks thank you hello hi hey dear team sir madam regards best kind sincerely have has had having do
does did doing done will would shall should could can may might must get gets got gotten getting keep keeps kept go
goes went going come comes came coming make makes made let lets seem seems seemed which who whom whose what s ve re ll
d m t if because since while when whenever where though although both either some any one ones thing things way lot
lots bit little all each every always constantly simply basically actually literally soon quickly immediately urgently
asap kindly customer issue problem report reported want need would like hope wish us say says said saying tell about
up back after only own other yet today recently currently finally well ok okay yes oh um almost nearly around roughly
approximately find found notice noticed appear appears appeared try tried trying start started starts begin began
begins
""")

# The same thing in other words; the first of a line stands for all of them.
SAME = """
lift elevator
centimeter cm centimeters
millimeter mm millimeters
kilometer km kilometers
kilogram kg kilo kilos
liter l liters
gram g grams
out_of_order broken_down
trash garbage rubbish bin
couch sofa
pants trousers
sneaker trainer
truck lorry
flat apartment
check_out checkout
popup pop_up
queue line
wallet purse
soap detergent
sidewalk pavement
petrol gas gasoline
vacation holiday
film movie
autumn fall
not no never none nothing nobody neither nor cannot without hardly unable impossible fail fails failed refuse refuses
  refused
but however except unfortunately nevertheless
how
parcel package packet
courier driver deliveryman delivery_man
technician repairman repair_man engineer serviceman handyman fitter installer
advert ad ads adverts advertisement commercial advertising
fridge refrigerator
tv television telly
air_conditioner ac aircon air_con a_c air_conditioning
phone mobile cellphone smartphone handset
app application software
wifi wi_fi wireless
internet network connection
hood extractor
hob cooktop stovetop
flask thermos
bulb lamp
shop store
cost price
money cash
buy bought purchase purchased
send sent ship shipped shipping dispatch dispatched
receive received
refund reimburse reimbursed reimbursement money_back
break broke broken breaks faulty defective defect malfunction malfunctioning dead
crash crashes crashed
freeze freezes froze hang hangs
update updated upgrade upgraded updating
reinstall reinstalled reinstalling
loud noisy
noise sound
smell smells odor odour stink stinks stench
hot boiling burning
damp wet moist soaked
scared afraid frightened worried
rude impolite unfriendly
kind friendly nice polite
fast quick speedy prompt rapidly
great excellent awesome fantastic superb wonderful amazing perfect
good fine
bad terrible awful horrible poor
angry annoyed annoying frustrating frustrated upset
expensive pricey overpriced costly
cheap inexpensive
satisfied happy pleased content
disappointed disappointing unhappy dissatisfied unsatisfied
answer answered answers reply replied replies respond responds responded response
phone_call call called calls ring rang
wait waited waiting
arrive arrived arrives deliver delivered delivery
missing lacking absent gone
leak leaks leaked leaking drip drips dripping
shake shakes shaking vibrate vibrates vibrating
stop stopped stops quit quits
stuck jammed jam jams
child kid son daughter children kids toddler baby
parent parents mother father mom mum dad
someone somebody anyone anybody
people person human agent
large big huge
small tiny
sec seconds
min minute minutes
hour hours hr hrs
day days
week weeks wk
month months
year years yr
dollar dollars usd bucks
euro euros eur
pound pounds quid gbp
time times
star stars
half halfway half_way
delete remove deleted removed
add added include
show shows showed shown display displays displayed
screen display_screen
picture image photo
watch view
work works worked working function functions functioning
suction suck sucks
charge charges charged charging
flicker flickers flickering
light lights lit
turn turns turned turning switch switches switched
restart restarts restarted restarting reboot rebooting reboots
login log_in sign_in logging_in log_into
code verification_code passcode otp
manual instructions instruction
neighbor neighbour neighbors neighbours
stairs stairwell staircase
upstairs
dent dented
scratch scratched scratches
wrong incorrect false
fix fixed fixes repair repaired repairs mend mended
move change changed moved reschedule rescheduled
book booking appointment
complain complained complaint complaints
twice
dangerous unsafe danger hazard hazardous
disconnect disconnects disconnecting disconnected
expire expired
invalid
battery batteries
"""

# A sense turned round: one of them more on one side says the opposite.
TURNERS = frozenset({"not", "off", "unless", "instead", "barely", "less"})

# Put one for another, it is another statement.
APART = words("""
washer dryer washing dishwasher fridge freezer tv oven microwave hood hob kettle toaster blender juicer mixer cooker
kitchen vacuum robot mop humidifier dehumidifier purifier fan heater boiler radiator blanket toilet shower tap faucet
rack hairdryer hair shaver toothbrush massage chair scale watch band bracelet phone tablet laptop computer monitor
keyboard mouse printer projector router box camera lock doorbell speaker headphone headset earbud earbuds microphone
charger cable socket plug bulb flask cup mug pan pot cooler cabinet vending bike car scooter sofa bed mattress desk
table shoe shoes shirt trousers dress jacket bag suitcase toy milk coffee tea food soup rice pizza burger dish cake
room hotel ticket flight seat remote filter battery button knob light screen fingerprint keypad pad code pin password
door lid handle screw stand hose pipe board compressor motor blade bin tank seal belt wheel sensor key glass panel
tray drawer shelf burner roller spin spinning filling rinse drain drying heat cool chill steam grill defrost front
rear left right top bottom upper lower inner outer inside outside north south east west red yellow blue green black
white gray purple pink silver gold orange brown big small high low fast slow more less few many new old good bad cold
hot open close shut buy sell soft hard long short light heavy thick thin deep shallow bright dim strong weak tight
loose expensive cheap early late dry wet damp sweet salty sour clean dirty quiet loud great satisfied disappointed
kind rude warm intact damaged easy difficult simple complicated comfortable uncomfortable stable love hate like add
delete cancel connect disconnect enable disable activate up down before leak smoke fire spark smell noise sound
picture crash freeze break crack cracked loose rust bent scratch dent jam empty full clog raw half burn burnt burned
return exchange refund repair install cancel complain praise invoice receipt gift coupon point points deposit fee
warranty order address history account payment size color model version monday tuesday wednesday thursday friday
saturday sunday morning afternoon evening noon night yesterday tomorrow january february march april june july august
september october november december minute hour day week month year second dollar euro pound kilo gram liter meter
percent degree shipment transit child parent wife husband neighbor friend colleague grandmother grandfather technician
courier manager staff shop packaging quality service price office home warehouse bedroom bathroom living balcony
garage garden amazon ebay dhl ups fedex usps paypal visa mastercard apple samsung sony lg bosch siemens philips dyson
xiaomi huawei google microsoft android ios windows mac iphone ipad chrome firefox safari valid invalid normal
automatic manual wired wifi bluetooth usb free work break arrive receive solve fail answer stop missing expire why how
twice once first second third last next ago worked login logout compare export import upload download install
uninstall lock unlock plug unplug
""")

TURNS = words("""
but solved resolved sorted fixed fix nevermind never_mind misunderstanding mistaken sorry cancel cancelled received
another separately besides also_noticed works
""")

GENERAL = words("""
app game phone ever useful simple update fun addictive enjoy helpful free download rate rating review really pretty
fit size color comfortable tasty room hotel staff location clean breakfast friendly stay food restaurant good great
bad fast slow kind satisfied disappointed product item quality price service shipping send arrive delivery recommend
love like cheap expensive value star stars five 5 buy seller shop customer support nice excellent best worst happy
work easy use job experience overall purchase not highly worth exactly describe described expected packaging pack
packed well perfect awesome super cool keep thank everything ever far brand company
""")

# British and American spelling, and words that are written in one or in two.
SPELLINGS = {
    "colour": "color", "colours": "color", "grey": "gray", "metre": "meter", "metres": "meter", "litre": "liter",
    "litres": "liter", "kilometre": "kilometer", "kilometres": "kilometer", "programme": "program",
    "programmes": "program", "centre": "center", "tyre": "tire", "mould": "mold", "mouldy": "moldy",
    "cheque": "check", "aluminium": "aluminum", "favourite": "favorite", "behaviour": "behavior",
    "organise": "organize", "recognise": "recognize", "apologise": "apologize", "realise": "realize",
    "licence": "license", "catalogue": "catalog", "travelled": "traveled", "cancelled": "canceled",
    "cancelling": "canceling", "labelled": "labeled", "burnt": "burn", "burned": "burn", "learnt": "learn",
    "smelt": "smell", "spoilt": "spoil", "spoiled": "spoil", "anymore": "any more", "cant": "can not",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "wont": "will not", "isnt": "is not",
    "wasnt": "was not", "couldnt": "could not", "hasnt": "has not", "havent": "have not", "hadnt": "had not",
    "wouldnt": "would not", "arent": "are not", "im": "i am", "ive": "i have", "u": "you", "ur": "your",
    "thx": "thanks",
}  # fmt: skip

# A single letter behind one of these is a name.
LETTERED = words("""
block building gate line type class zone wing plan size option room unit section terminal platform hall tower model
door row seat grade version series group floor
""")

# They may stand before or after what they tell the time of.
TIMES = words("""
monday tuesday wednesday thursday friday saturday sunday morning afternoon evening noon night yesterday tomorrow today
""")
