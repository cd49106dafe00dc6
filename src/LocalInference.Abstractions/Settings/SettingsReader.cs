using System.Globalization;
using System.Numerics;

namespace LocalInference.Abstractions;

/// <summary>
/// Reads the values of one section of settings, by hand: a binder needs reflection. What is not set, or set to nothing, is
/// <see langword="null"/>; so is what cannot be read, which is told.
/// </summary>
/// <param name="path">Names of the section and those it lies in, parted by colons; empty for the outermost.</param>
/// <param name="text">What a name of the section is set to.</param>
/// <param name="faults">Where what cannot be read is told, one sentence each, without a full stop.</param>
internal sealed class SettingsReader(string path, Func<string, string?> text, List<string> faults)
{
    public T? Number<T>(string name)
        where T : struct, INumber<T>
    {
        if (text(name) is not { Length: > 0 } written)
        {
            return null;
        }

        if (T.TryParse(written, CultureInfo.InvariantCulture, out T number))
        {
            return number;
        }

        Tell(name, written, "not a number");
        return null;
    }

    /// <summary>A number that is at least another.</summary>
    public T? Number<T>(string name, T least)
        where T : struct, INumber<T>
    {
        T? read = Number<T>(name);
        if (read is { } number && number < least)
        {
            Tell(name, text(name), $"less than {least}");
            return null;
        }

        return read;
    }

    /// <summary>A time, which may be less than none. One without a colon would be days, and whoever writes it means seconds.</summary>
    public TimeSpan? Time(string name)
    {
        if (text(name) is not { Length: > 0 } written)
        {
            return null;
        }

        if (written.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(written, CultureInfo.InvariantCulture, out TimeSpan time))
        {
            return time;
        }

        Tell(name, written, "not a time such as 00:00:30 (hours, minutes, seconds)");
        return null;
    }

    /// <summary>A time that is at least another.</summary>
    public TimeSpan? Time(string name, TimeSpan least)
    {
        TimeSpan? time = Time(name);
        if (time < least)
        {
            Tell(name, text(name), $"less than {least}");
            return null;
        }

        return time;
    }

    public bool? Truth(string name)
    {
        if (text(name) is not { Length: > 0 } written)
        {
            return null;
        }

        if (bool.TryParse(written, out bool truth))
        {
            return truth;
        }

        Tell(name, written, "not true or false");
        return null;
    }

    /// <summary>One of the names of an enumeration, in any case; several where it has flags, parted by commas.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (text(name) is not { Length: > 0 } written)
        {
            return null;
        }

        if (Enum.TryParse(written, ignoreCase: true, out T choice) && (typeof(T).IsDefined(typeof(FlagsAttribute), inherit: false) || Enum.IsDefined(choice)))
        {
            return choice;
        }

        Tell(name, written, $"none of {string.Join(", ", Enum.GetNames<T>())}");
        return null;
    }

    private void Tell(string name, string? written, string fault) => faults.Add($"{(path.Length > 0 ? $"{path}:{name}" : name)} is '{written}', {fault}");
}
