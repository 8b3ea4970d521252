"""The words that addresses in Latin letters are made of. Patterns without groups, for expressions in ASCII mode."""

CAPITAL = "A-Z\u00c0-\u00de\u0141\u015a\u0160\u017d"
LETTER = "A-Za-z\u00c0-\u024f"
NAME = rf"(?:[{CAPITAL}][{LETTER}\d'\-]{{0,24}}+\.?)"
WORD = rf"(?:{NAME}|\d{{1,3}}(?:st|nd|rd|th)\b|of|the|de|la|le|du|des|upon|on|and)"
TYPES = (
    "(?:Street|St|Str|Road|Rd|Avenue|Ave|Av|Lane|Ln|La|Drive|Dr|Close|Cl|Court|Ct|Way|Terrace|Ter"
    "|Terr|Crescent|Cres|Cr|Place|Pl"
    "|Square|Sq|Boulevard|Blvd|Blv|Row|Grove|Gr|Gardens|Gdns|Garden|Hill|Mews|Parade|Pde|Highway|Hwy"
    "|Parkway|Pkwy|Circle|Cir"
    "|Route|Rte|Trail|Trl|View|Walk|Rise|Green|Wharf|Quay|Alley|Broadway|Loop|Esplanade|Park|Bend"
    "|Turnpike|Pike|Plaza|Point"
    "|Crossing|Path|Vale|Mount|Chase|Drove|Croft|Fold|Gate|Embankment|Promenade|Circus|Yard|Approach|Ridge|Heights"
    "|Expressway|Freeway|Marg|Nagar|Lorong|Cove|Hollow|Meadow|Meadows|Orchard|Fields|Cottages|Villas)"
)
TYPES = f"{TYPES[:-1]}|{TYPES[3:-1].upper()})"
# Written small, these are streets and hardly anything else.
TYPES_SMALL = (
    "(?:street|road|avenue|lane|terrace|crescent|boulevard|parade|esplanade|highway|parkway|rd|ave"
    "|blvd|st|pde|cres|ln|hwy)"
)
TYPES_SMALL_ANY = (
    rf"(?:{TYPES_SMALL[3:-1]}|drive|dr|court|ct|close|way|place|pl|square|sq|gardens|grove|mews|hill|row|walk)"
)
POINT = r"(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?"
HOUSE = r"(?:(?:No|Nr|no)\.?[ ]?)?(?:\d{1,6}[A-Za-z]?(?:[\-/&]\d{1,5}[A-Za-z]?)?(?:[ ]?1/2)?|One|Two|Three|Five|Ten)"
# "20 miles down the road" is a way, not an address.
COUNTED = (
    "(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|miles?|km|meters?|metres?|feet"
    "|ft|yards?|times?|of|in|on|at"
    "|to|the|way|and|or|for|from|down|up|more|cars?|vans?|lanes?|trucks?|doors?|houses?|blocks?"
    "|people|inch|inches|units?|new"
    "|main|stars?|star|point|points|percent|per|different|other|is|was|has|had|that|this|with|it)"
)
PREFIXES = (
    "(?:[Rr]ue|Via|Viale|Piazza|Corso|[Cc]alle|Carrer|[Aa]venida|[Aa]v\\.|Avenue|Boulevard|Place"
    "|Paseo|Plaza|Jalan|Soi|Jln\\.?|Jl\\.?"
    "|Lorong|Rua|[Uu]l\\.|[Uu]lica|Impasse|Chemin|Allée|Quai|Route|Largo|Travessa|Strada)"
)
SMALL_PARTS = r"(?:des|de|du|la|las|los|le|les|l'|d'|da|do|dos|di|del|della|dell'|den|der|am|an|zum|zur)"
# Glued to the name, with the number behind it.
SUFFIXES = (
    "(?:straße|strasse|str\\.|weg|platz|allee|gasse|ring|damm|ufer|gracht|straat|laan|plein|kade"
    "|singel|dijk|steeg|markt"
    "|gatan|vägen|gata|veien|gade|allé|torget|utca)"
)
SUFFIX_WORDS = "(?:Straße|Strasse|Str\\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Chaussee|utca|út|körút)"
COUNTRIES = (
    "(?:U\\.?S\\.?A\\.?|US|U\\.K\\.|UK|United Kingdom|United States|Great Britain|England|Scotland"
    "|Wales|Northern Ireland|Australia|Singapore|Germany"
    "|Deutschland|Canada|Ireland|New Zealand|P\\.?R\\.? China|China|PRC|France|Spain|Italy"
    "|Netherlands|Austria|Switzerland|Japan|Malaysia"
    "|Hong Kong|Macau|Taiwan|India|South Africa|UAE|Mexico|Brazil|Belgium|Sweden|Norway|Denmark|Poland|Portugal)"
)
STATES = (
    "(?:AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ"
    "|NM|NY|NC|ND|OH|OK|OR|PA"
    "|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|[A-Z][a-z]{1,13}\\.?|N\\.?[CDHJMY]\\.?|S\\.?[CD]\\.?|D\\.C\\.)"
)
PROVINCES = "(?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|Ontario|Quebec|Alberta|British Columbia|Manitoba)"
AUSTRALIAN_STATES = "(?:(?i:nsw|vic|qld|tas|act)|SA|WA|NT|Victoria|Queensland|New South Wales|Tasmania)"
UK_CODE = r"(?:[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}\b)"
US_CODE = rf"(?:{STATES},?[ ]\d{{5}}(?:-\d{{4}})?\b)"
CANADIAN_CODE = rf"(?:(?:{PROVINCES},?[ ]{{1,2}})?[A-Z]\d[A-Z][ \-]?\d[A-Z]\d\b)"
AUSTRALIAN_CODE = rf"(?:{AUSTRALIAN_STATES},?[ ]\d{{4}}\b)"
DUTCH_CODE = r"(?:\d{4}[ ]?[A-Z]{2}\b)"
CODE = rf"(?:(?i:{UK_CODE})|{US_CODE}|{CANADIAN_CODE}|{AUSTRALIAN_CODE})"
ROOM = (
    r"(?:(?i:flat|apartment|apt|unit|suite|ste|room|rm|floor|fl|building|bldg|block|blk|level|lvl|lot"
    r"|studio|penthouse|ph|tower|wing|villa|door|street|sector|road|lane|alley|section|cluster|dock"
    r"|dorm|house|hse|apto|piso|depto"
    r"|shop|plot|phase|entrance|staircase|stair|bay|trailer|condo|cabin|space|spc|hall|house no"
    r"|plot no|door no)\b\.?[ ]?(?:\#|(?i:no)\.?[ ])?[ ]?"
    r"(?:\d[\w\-/]{0,6}|[A-Z][\d\-]{0,5}\b|[a-d]\b)"
    r"|\d{1,3}/?[Ff]\b\.?|(?:\d{1,2}(?:st|nd|rd|th)|[Gg]round|[Ff]irst|[Ss]econd|[Tt]hird"
    r"|[Tt]op)[ ](?:[Ff]loor|[Ff]lat|fl\b)|\#[ ]?[\dA-Z][\w\-]{0,8}"
    r"|\d{1,2}o[ ]?[A-Z\d]?\b|\d\.?[ ]?(?:OG|EG|Stock))"
)
HOUSE_NAMES = (
    "(?:Cottage|House|Rectory|Farm|Lodge|Hall|Court|Villa|Manor|Mill|Barn|Towers?|Building|Mansions?"
    "|Apartments?|Forge|Residences?|Plaza"
    "|Heights|Estate|Farmhouse|Vicarage|Grange|Bungalow|Ranch|Business Park|Trading Estate"
    "|Industrial Estate|Centre|Center|Mall|Villas)"
)
# No part of an address begins so; a sentence does.
SENTENCE_BEGINS = (
    "(?:I|I'm|I'll|I've|I'd|We|We're|You|Your|He|She|It|It's|They|The|Please|Pls|Thanks|Thank|Call"
    "|Ring|Text|My|Our|And|But|So|Can"
    "|No|Not|This|That|What|When|Where|Why|How|Mr|Mrs|Ms|Phone|Tel|Email|Mobile|Model|Serial|Name"
    "|Order|Date|After|Before"
    "|Is|Are|Was|If|There|Just|Also|Then|Bought|Buzzer|Error|Code|Problem|Issue|SN|ID|Best|Regards"
    "|Cheers|Ask|Use|Text|Leave|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday"
    "|Saturday|Sunday)"
)
# Inside the names of towns.
STATES_SMALL = (
    "(?:a[lkzr]|c[aot]|d[ec]|fl|ga|hi|i[dlna]|k[sy]|la|m[edainsot]|n[evhjmycd]|o[hkr]|pa|ri|s[cd]"
    "|t[nx]|ut|v[ta]|w[aviy])"
)
PARTICLES = (
    "(?:am|an der|ob der|bei|im|in der|upon|on|under|by|sur|sous|en|de|del|di|da|do|la|le|les|el|of"
    "|the|aan den|den|der|van|y|e)"
)
MONTHS = (
    "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|June|July"
    "|August|September|October|November"
    "|December)"
)
