namespace LocalInference.Text;

/// <summary>
/// The formats of strings that a grammar keeps. Each allows a part of what its standard does: what every validator takes. A date
/// is one that exists; a time has whole seconds or three decimals, and an offset.
/// </summary>
internal static class StringFormats
{
    private static readonly Dictionary<string, JsonRule> s_rules = new(StringComparer.Ordinal)
    {
        // RFC 3339, years 0001 to 9999. 29 February in years that four divides, and of those that a hundred divides only where 400 does.
        ["date"] = new("date-year date-day | date-leap-year \"-02-29\"", "date-year", "date-day", "date-leap-year"),
        ["date-year"] = new("[0-9]{3} [1-9] | [0-9]{2} [1-9] \"0\" | [0-9] [1-9] \"00\" | [1-9] \"000\""),
        ["date-day"] = new(
            """
            "-" (("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01]) | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30") | "02-" ("0" [1-9] | "1" [0-9] | "2" [0-8]))
            """),
        ["date-leap-year"] = new("[0-9]{2} date-four | date-four \"00\"", "date-four"),
        ["date-four"] = new("\"0\" [48] | [2468] [048] | [13579] [26]"),
        ["time"] = new("time-hour \":\" [0-5] [0-9] \":\" [0-5] [0-9] (\".\" [0-9]{3})? (\"Z\" | [-+] time-hour \":\" [0-5] [0-9])", "time-hour"),
        ["time-hour"] = new("[01] [0-9] | \"2\" [0-3]"),
        ["date-time"] = new("date \"T\" time", "date", "time"),
        ["uuid"] = new("[0-9a-fA-F]{8} \"-\" [0-9a-fA-F]{4} \"-\" [0-9a-fA-F]{4} \"-\" [0-9a-fA-F]{4} \"-\" [0-9a-fA-F]{12}"),

        // RFC 1123 names and RFC 5321 mailboxes without quoted local parts and address literals.
        ["hostname"] = new("host-label (\".\" host-label){0,3}", "host-label"),
        ["host-label"] = new("[a-zA-Z0-9] ([a-zA-Z0-9-]{0,30} [a-zA-Z0-9])?"),
        ["email"] = new("email-atom (\".\" email-atom){0,2} \"@\" host-label (\".\" host-label){1,3}", "email-atom", "host-label"),
        ["email-atom"] = new("[a-zA-Z0-9_+-]{1,20}"),

        // RFC 3986, with a host or as a path without one (mailto:, urn:).
        ["uri"] = new(
            """
            [a-zA-Z] [a-zA-Z0-9+.-]{0,15} ":" ("//" hostname (":" [1-9] [0-9]{0,3})? ("/" uri-char*)* | uri-char+ ("/" uri-char*)*) ("?" (uri-char | [/?])*)? ("#" (uri-char | [/?])*)?
            """,
            "hostname",
            "uri-char"),
        ["uri-char"] = new("[a-zA-Z0-9._~!$&'()*+,;=:@-] | \"%\" [0-9a-fA-F]{2}"),

        // RFC 2673 and RFC 4291: eight groups, or :: once in place of at least one.
        ["ipv4"] = new("ipv4-byte (\".\" ipv4-byte){3}", "ipv4-byte"),
        ["ipv4-byte"] = new("[0-9] | [1-9] [0-9] | \"1\" [0-9]{2} | \"2\" ([0-4] [0-9] | \"5\" [0-5])"),
        ["ipv6"] = new(
            """
            (ipv6-group ":"){7} ipv6-group | (ipv6-group ":"){1,7} ":" | (ipv6-group ":"){1,6} ":" ipv6-group | (ipv6-group ":"){1,5} (":" ipv6-group){1,2} | (ipv6-group ":"){1,4} (":" ipv6-group){1,3} | (ipv6-group ":"){1,3} (":" ipv6-group){1,4} | (ipv6-group ":"){1,2} (":" ipv6-group){1,5} | ipv6-group ":" (":" ipv6-group){1,6} | ":" (":" ipv6-group){1,7} | "::"
            """,
            "ipv6-group"),
        ["ipv6-group"] = new("[0-9a-fA-F]{1,4}"),
    };

    private static readonly HashSet<string> s_formats = new(StringComparer.Ordinal)
    {
        "date", "time", "date-time", "uuid", "uuid1", "uuid2", "uuid3", "uuid4", "uuid5", "hostname", "email", "uri", "ipv4", "ipv6",
    };

    /// <summary>Whether a format is kept.</summary>
    public static bool Contains(string format) => s_formats.Contains(format);

    /// <summary>Whether a format, of OpenAPI, says how a program stores a value and not which values there are.</summary>
    public static bool IsAnnotation(string format) => format is "int32" or "int64" or "float" or "double" or "password" or "binary";

    /// <summary>Adds the rule of a format, of the text between the quotation marks.</summary>
    public static string AddTo(GrammarBuilder builder, string format)
    {
        string name = format.StartsWith("uuid", StringComparison.Ordinal) ? "uuid" : format;
        return AddRule(builder, name);
    }

    private static string AddRule(GrammarBuilder builder, string name)
    {
        JsonRule rule = s_rules[name];
        foreach (string needed in rule.Needs)
        {
            AddRule(builder, needed);
        }

        return builder.AddRule(name, rule.Body);
    }
}
