"""Errors of statements (L60x, L61x) and of rates (L64x). `line` counts from 1 in the file named `file`."""

from amparo.base import AmparoError, OutsideWorld, WrongUse, gettext_noop


class NotThatStatement(AmparoError):
    code = "L600"
    sentence = gettext_noop("%(file)s cannot be read as %(form)s: %(why)s.")
    advice = gettext_noop("Choose another form or profile. Nothing was stored.")


class NotText(AmparoError):
    code = "L601"
    sentence = gettext_noop("Line %(line)s of %(file)s is not text in %(encoding)s: %(why)s.")
    advice = gettext_noop("Name the file's encoding in the profile: utf-8, cp1252 or utf-16. Nothing was stored.")


class LineTooLong(AmparoError):
    code = "L602"
    sentence = gettext_noop("Line %(line)s of %(file)s is longer than %(limit)s signs.")
    advice = gettext_noop("No statement has such lines: the file is damaged or of another kind. Nothing was stored.")


class BrokenTable(AmparoError):
    code = "L603"
    sentence = gettext_noop("The table in %(file)s breaks at line %(line)s: %(why)s.")
    advice = gettext_noop("The file is cut or its quotation marks do not fit. Get it again. Nothing was stored.")


class NoHeader(AmparoError):
    code = "L604"
    sentence = gettext_noop("%(file)s has no line that names the columns of the profile %(profile)s: %(missing)s.")
    advice = gettext_noop("Choose the profile that fits this file, or write one for it.")


class BadProfile(WrongUse):
    code = "L605"
    sentence = gettext_noop("The profile %(name)s cannot be used: %(why)s.")
    advice = gettext_noop("Correct the profile; the documentation lists every field.")


class NeedsProfile(WrongUse):
    code = "L606"
    sentence = gettext_noop("%(file)s needs a profile that says what its columns, numbers and dates mean.")
    advice = gettext_noop("Let Amparo propose one and confirm it; nothing is guessed silently.")


class NeedsFact(WrongUse):
    code = "L607"
    sentence = gettext_noop("%(file)s does not say its %(fact)s.")
    advice = gettext_noop("Give it beside the file, as the bank's letter states it.")


class BrokenStatement(AmparoError):
    code = "L608"
    sentence = gettext_noop("%(file)s breaks at line %(line)s: %(why)s.")
    advice = gettext_noop("The file is cut or damaged. Get it again from its source. Nothing was stored.")


class XmlRefused(AmparoError):
    code = "L609"
    sentence = gettext_noop("%(file)s was refused: %(why)s.")
    advice = gettext_noop(
        "A statement needs no entities, document types or endless elements. Ask the source for a clean one."
    )


class StatementRefused(AmparoError):
    code = "L610"
    sentence = gettext_noop("%(place)s: %(reason)s. Expected %(expected)s, found %(found)s.")
    advice = gettext_noop("Load it without the strict option to keep the statement together with this problem.")


class UnknownCurrency(AmparoError):
    code = "L611"
    sentence = gettext_noop("%(currency)s is no currency of ISO 4217 whose smallest unit is known here.")
    advice = gettext_noop("Check the code; historic currencies are not read.")


class UnknownZone(WrongUse):
    code = "L612"
    sentence = gettext_noop("There is no time zone called %(zone)s.")
    advice = gettext_noop("Give a name such as Africa/Nairobi, or an offset such as +03:00.")


class StatementUnreadable(OutsideWorld):
    code = "L613"
    sentence = gettext_noop("%(path)s cannot be read: %(why)s.")
    advice = gettext_noop("Check that the file is there and that you may read it.")


class NotRates(AmparoError):
    code = "L640"
    sentence = gettext_noop("%(file)s is no file of rates: %(why)s.")
    advice = gettext_noop(
        "Give a table with the columns day, asset, fiat, price, source, or the ECB's eurofxref-hist.csv."
    )


class BadRate(AmparoError):
    code = "L641"
    sentence = gettext_noop("Line %(line)s of %(file)s is no rate: %(why)s.")
    advice = gettext_noop("Correct the file; a value at a wrong rate is worse than none.")


class RatesClash(AmparoError):
    code = "L642"
    sentence = gettext_noop(
        "Line %(line)s of %(file)s gives another price of %(asset)s in %(fiat)s for %(day)s than line %(first)s."
    )
    advice = gettext_noop("Keep one of the two; name its source.")
