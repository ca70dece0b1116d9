/// An encoding of one byte for each character: ASCII in its lower half.
struct SingleByteEncoding: Sendable {
    /// The character of every byte.
    let scalars: [UnicodeScalar]
    /// Whether bytes without a character were filled in, and byte 1A stands for U+FFFD, a character that was lost.
    let isLenient: Bool
    /// Whether a space in it may be a no-break space that was altered.
    let mayHaveLostSpaces: Bool
    private let bytes: [UnicodeScalar: UInt8]

    /// - Parameter upper: the characters of bytes 128 to 255; U+FFFD where a byte is the character of its own number.
    private init(_ upper: String, isLenient: Bool = true, mayHaveLostSpaces: Bool = true) {
        let upper = Array(upper.unicodeScalars)
        precondition(upper.count == 128, "\(upper.count) characters for 128 bytes")
        var scalars = (0...UInt8.max).map { UnicodeScalar($0) }
        for (index, scalar) in upper.enumerated() where scalar != "\u{fffd}" { scalars[128 + index] = scalar }
        if isLenient { scalars[0x1a] = "\u{fffd}" }
        self.scalars = scalars
        self.isLenient = isLenient
        self.mayHaveLostSpaces = mayHaveLostSpaces
        bytes = Dictionary(zip(scalars, 0...UInt8.max), uniquingKeysWith: { first, _ in first })
    }

    /// The bytes that decode to a text; nil if there are none.
    func encoded(_ text: [UnicodeScalar]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }

    /// In the order in which they are tried.
    static let all = [
        latin1, windows1252, windows1251, windows1250, windows1253, windows1254, windows1257, latin2, macRoman, cp437,
    ]

    static let latin1 = Self(String(repeating: "\u{fffd}", count: 128), isLenient: false)

    static let windows1252 = Self(
        "€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ�¡¢£¤¥¦§¨©ª«¬�®¯°±²³´µ¶·¸¹º»¼½¾¿"
            + "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ")

    private static let windows1251 = Self(
        "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—�™љ›њќћџ�ЎўЈ¤Ґ¦§Ё©Є«¬�®Ї°±Ііґµ¶·ё№є»јЅѕї"
            + "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя")

    private static let windows1250 = Self(
        "€�‚�„…†‡�‰Š‹ŚŤŽŹ�‘’“”•–—�™š›śťžź�ˇ˘Ł¤Ą¦§¨©Ş«¬�®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż"
            + "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙")

    private static let windows1253 = Self(
        "€�‚ƒ„…†‡�‰�‹�����‘’“”•–—�™�›�����΅Ά£¤¥¦§¨©ª«¬�®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ"
            + "ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ�ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ�")

    private static let windows1254 = Self(
        "€�‚ƒ„…†‡ˆ‰Š‹Œ����‘’“”•–—˜™š›œ��Ÿ�¡¢£¤¥¦§¨©ª«¬�®¯°±²³´µ¶·¸¹º»¼½¾¿"
            + "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ")

    private static let windows1257 = Self(
        "€�‚�„…†‡�‰�‹�¨ˇ¸�‘’“”•–—�™�›�¯˛��¡¢£¤¥¦§Ø©Ŗ«¬�®Æ°±²³´µ¶·ø¹ŗ»¼½¾æ"
            + "ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙")

    private static let latin2 = Self(
        "���������������������������������Ą˘Ł¤ĽŚ§¨ŠŞŤŹ�ŽŻ°ą˛ł´ľśˇ¸šşťź˝žż"
            + "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙",
        isLenient: false)

    // Here a dash before a space would look like an altered no-break space.
    private static let macRoman = Self(
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø"
            + "¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
        isLenient: false, mayHaveLostSpaces: false)

    private static let cp437 = Self(
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
            + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
        isLenient: false)
}
