using System.Reflection;

namespace LocalInference.Abstractions.Tests.Generation;

public sealed class SamplingOverridesTests
{
    [Fact]
    public void Nothing_changes_nothing() => Assert.Equal(SamplingOptions.Default, SamplingOverrides.None.Over(SamplingOptions.Default));

    /// <summary>A setting that is added to one of the two records and forgotten in the other, or in <c>Over</c>, is found here.</summary>
    [Fact]
    public void Every_setting_can_be_changed_and_is_applied()
    {
        foreach (PropertyInfo option in typeof(SamplingOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            PropertyInfo change = typeof(SamplingOverrides).GetProperty(option.Name) ?? throw new InvalidOperationException($"{option.Name} cannot be changed.");
            object value = Other(Nullable.GetUnderlyingType(change.PropertyType) ?? change.PropertyType);
            var overrides = new SamplingOverrides();
            change.SetValue(overrides, value);

            Assert.Equal(value, option.GetValue(overrides.Over(SamplingOptions.Default)));
        }
    }

    private static object Other(Type type) =>
        type == typeof(float) ? 0.123f
        : type == typeof(int) ? 123
        : type == typeof(uint) ? 123u
        : type == typeof(bool) ? true
        : type == typeof(MirostatMode) ? MirostatMode.Version2
        : type == typeof(IReadOnlyList<string>) ? new[] { "x" }
        : new Dictionary<int, float> { [1] = 2 };
}
