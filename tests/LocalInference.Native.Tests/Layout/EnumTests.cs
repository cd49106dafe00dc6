using System.Globalization;

namespace LocalInference.Native.Tests.Layout;

public sealed class EnumTests
{
    private static IEnumerable<Type> Enums => LayoutTable.BoundTypes.Where(type => type.IsEnum);

    public static TheoryData<string> Names => [.. Enums.Select(type => type.Name)];

    [Fact]
    public void Enums_are_found() => Assert.True(Enums.Count() >= 14, $"{Enums.Count()} enums");

    [Theory]
    [MemberData(nameof(Names))]
    public void Enum_has_the_values_of_the_header(string name)
    {
        Type type = Enums.Single(candidate => candidate.Name == name);
        Assert.Equal(typeof(int), Enum.GetUnderlyingType(type));
        var expected = LayoutTable.Enums.GetProperty(name).EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetInt64(), StringComparer.Ordinal);
        var actual = Enum.GetNames(type).ToDictionary(value => value, value => Convert.ToInt64(Enum.Parse(type, value), CultureInfo.InvariantCulture), StringComparer.Ordinal);

        Assert.All(actual, value => Assert.Equal(expected[value.Key], value.Value));

        // A name may be missing only if it is an alias of one that is there.
        Assert.DoesNotContain(expected, value => !actual.ContainsValue(value.Value));
    }
}
