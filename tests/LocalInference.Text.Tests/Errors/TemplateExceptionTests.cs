namespace LocalInference.Text.Tests.Errors;

public sealed class TemplateExceptionTests
{
    [Fact]
    public void The_message_names_the_place() =>
        Assert.Equal("No such filter (chat:3:14)", new TemplateException("No such filter", "chat", 3, 14, TemplateErrorKind.Syntax).Message);

    [Fact]
    public void Without_a_place_it_names_the_template() =>
        Assert.Equal("Too long (chat)", new TemplateException("Too long", "chat", 0, 0, TemplateErrorKind.Limit).Message);
}
