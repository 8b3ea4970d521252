"""What surveys call the steps of their scales, in Chinese and English."""

_CSAT5 = {
    1: (
        "非常不满意", "很不满意", "极不满意", "十分不满意", "非常差", "很差",
        "very dissatisfied", "very unsatisfied", "extremely dissatisfied", "very poor", "very bad", "terrible",
    ),
    2: ("不满意", "不太满意", "较差", "差", "dissatisfied", "unsatisfied", "somewhat dissatisfied", "poor", "bad"),
    3: (
        "一般", "中立", "普通", "还行", "基本满意",
        "neutral", "neither satisfied nor dissatisfied", "fair", "ok", "okay", "average",
    ),
    4: ("满意", "比较满意", "较满意", "好", "satisfied", "somewhat satisfied", "good"),
    5: (
        "非常满意", "很满意", "十分满意", "极其满意", "非常好", "很好",
        "very satisfied", "extremely satisfied", "very good", "excellent", "great",
    ),
}  # fmt: skip
_STARS5 = {1: ("差评",), 3: ("中评",), 5: ("好评",)}
_THUMBS = {0: ("👎", "thumbs down", "踩"), 1: ("👍", "thumbs up", "赞")}

# Word to (scale, value).
RATING_WORDS: dict[str, tuple[str, float]] = {
    word: (scale, float(value))
    for scale, steps in (("csat5", _CSAT5), ("stars5", _STARS5), ("thumbs", _THUMBS))
    for value, words in steps.items()
    for word in words
}
