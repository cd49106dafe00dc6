using System.Text.RegularExpressions;

namespace LocalInference.Training;

/// <summary>
/// Finds keys, passwords and e-mail addresses by their form. Forms of keys are those that their makers publish so that scanners find
/// them. It never hands out what it found.
/// </summary>
internal static partial class SecretScanner
{
    public const string EmailMark = "[email]";
    public const string SecretMark = "[secret]";

    /// <summary>What is in a text, each kind once for each place.</summary>
    public static IEnumerable<SecretKind> Find(string text)
    {
        for (int i = EmailPattern().Count(text); i > 0; i--)
        {
            yield return SecretKind.Email;
        }

        for (int i = KeyPattern().Count(text); i > 0; i--)
        {
            yield return SecretKind.Key;
        }

        for (int i = PrivateKeyPattern().Count(text); i > 0; i--)
        {
            yield return SecretKind.PrivateKey;
        }

        for (int i = PasswordPattern().Count(text); i > 0; i--)
        {
            yield return SecretKind.Password;
        }
    }

    /// <summary>The text with marks in their places.</summary>
    public static string Redact(string text)
    {
        string redacted = PrivateKeyPattern().Replace(text, SecretMark);
        redacted = KeyPattern().Replace(redacted, SecretMark);
        redacted = PasswordPattern().Replace(redacted, static match => string.Concat(match.Groups["name"].ValueSpan, SecretMark));
        return EmailPattern().Replace(redacted, EmailMark);
    }

    [GeneratedRegex(@"(?<![\w.+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex EmailPattern();

    // AWS, GitHub, GitLab, OpenAI and Anthropic, Hugging Face, Google, Slack, Stripe, npm, and tokens in the form of RFC 7519.
    [GeneratedRegex(
        @"(?<![A-Za-z0-9_-])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255}|glpat-[A-Za-z0-9_-]{20,64}|sk-[A-Za-z0-9_-]{20,255}|hf_[A-Za-z0-9]{30,64}|AIza[A-Za-z0-9_-]{35}|xox[abprs]-[A-Za-z0-9-]{10,255}|[sr]k_live_[A-Za-z0-9]{20,255}|npm_[A-Za-z0-9]{36}|eyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,4096})(?![A-Za-z0-9_-])",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,.-]{0,16384}?-----END (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex PrivateKeyPattern();

    // A name, a sign and a value of eight characters or more with a digit or a mark in it: words are no passwords.
    [GeneratedRegex(
        @"(?<name>\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)[""']?\s{0,3}[:=]\s{0,3}[""']?)(?=[^\s""',;]{0,63}[0-9!#$%^&*+/])[^\s""',;<>\[\]{}()]{8,128}",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex PasswordPattern();
}
