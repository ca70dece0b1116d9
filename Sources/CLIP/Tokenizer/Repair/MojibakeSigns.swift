/// How mojibake is told from text: sequences of characters that hardly anybody writes, as ftfy 6.3 lists them.
enum MojibakeSigns {
    /// Characters by what they usually are, in mojibake and elsewhere.
    static let kinds: [Substring: String] = [
        "c1": "80-9f",
        "common": "a0 ad b4 b7 2013-2015 2019 2026",
        "bad": "a4 a6 a8 aa ac af b8 ba 192 2c6-2c7 2d8 2db-2dc 2020-2021 2030 2310 25ca fffd",
        "law": "a7 b6",
        "currency": "a2-a3 a5 20a7 20ac",
        "opening": "a1 a9 ab bf 384-385 2018 201a 201c 201e 2022 2039 f8ff",
        "closing": "ae bb 2dd 201d 203a 2122",
        "numeric": """
        b1-b3 b5 b9 bc-be d7 f7 2044 2116 2202 2206 220f 2211 221a 221e 2229 222b 2248 2260-2261 2264-2265
        """,
        "kaomoji": "b0 d2-d6 d9-dc f2-f6 f8-fc 14c 150 16a 172",
        "upper": """
        c0-d1 d8 dc-dd 100 102 104 106 10c 10e 110 112 116 118 11a 11e 122 12a 130 136 139 13b 13d 141 143 145 147 \
        152 158 15a 15e 160 162 164 16e 170 178-179 17b 17d 490
        """,
        "lower": """
        df-f1 fc 101 103 105 107 10d 10f 111 113 117 119 11b 11f 123 12b 12f 137 13a 13c 13e 142 153 155 15b 15f \
        161 165 17a 17c 17e 491 fb01-fb02
        """,
        "upper-common": "de 386 388-38a 38c 38e-38f 391-3ab 401-42f",
        "lower-common": "3ac-3c9 430-45f",
        "box": "2502 250c 2510 2518 251c 2524 252c 253c 2550-256c 2580 2584 2588 258c 2590-2593",
        "latin": "41-5a 61-7a",
        "small": "61-7a",
        "space": "09-0d 1c-20 85 a0 1680 2000-200a 2028-2029 202f 205f 3000",
    ]

    /// Whether a text seems to contain mojibake.
    static func occur(in text: [UnicodeScalar]) -> Bool { sequences.occur(in: text) }

    private static let sequences = CharacterSequences(
        """
        c1
        bad lower upper box opening closing currency numeric law / bad
        latin / lower-common upper-common / bad
        bad / lower upper box opening closing currency numeric law
        lower lower-common box closing currency numeric / upper
        box closing currency numeric / lower
        lower box closing / currency
        space / upper / currency
        upper box / numeric law
        lower upper box currency closing / opening / numeric
        lower upper currency numeric box law / closing / opening
        currency numeric box / opening
        small / upper / opening currency
        box / kaomoji
        lower upper currency numeric opening closing law / box
        box / closing
        lower upper / opening closing / word
        Œ œ / unlatin
        upper / °
        Â Ã Î Ð / € œ Š š ¢ £ Ÿ ž a0 ad ® © ° · » – — ´ opening closing
        × / ² ³
        Ø Ù / common currency bad numeric opening Ÿ Š ® ° µ » / Ø Ù / common currency bad numeric opening Ÿ Š ® ° µ »
        à / ² µ ¹ ¼ ½ ¾
        √ / ± ∂ † ≠ ® ™ ´ ≤ ≥ ¥ µ ø
        ≈ / ° ¢
        ‚ / Ä / ì î ï ò ô ú ù û † ° ¢ π
        ‚ / â ó / à ä ° ê
        в / Ђ
        В Г Р С / c1 bad opening closing currency ° µ / В Г Р С
        Г / ў / В / Ђ / В / any / latin 20
        Ã / a0 ¡
        small / space / Ã Â / 20
        small / Ã Â / 20
        start / Ã Â / 20
        small . , ? ! closing / Â / 20 opening closing
        β / € / ™ a0 Ά ad ® °
        Β Γ Ξ Ο / c1 bad opening closing currency ° / Β Γ Ξ Ο
        ā / €
        """, kinds: kinds)
}
