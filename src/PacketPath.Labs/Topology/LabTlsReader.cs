namespace PacketPath.Labs;

/// <summary>Reads the members of a TLS service.</summary>
internal static class LabTlsReader
{
    public static readonly string[] Members = ["certificates", "answers", "alpn"];

    public static LabTls Read(JsonCursor at, Dictionary<string, JsonCursor> members)
    {
        var tls = new LabTls
        {
            Certificates = members.TryGetValue("certificates", out var certificates) ? [.. certificates.Items().Select(Certificate)] : [],
            Answers = members.TryGetValue("answers", out var answers)
                ? answers.AnyMembers().ToDictionary(a => a.Key, a => a.Value.Word<LabTlsAnswer>(), StringComparer.OrdinalIgnoreCase)
                : new Dictionary<string, LabTlsAnswer>(),
            Alpn = members.TryGetValue("alpn", out var alpn) ? alpn.Texts() : [],
        };
        return tls.Certificates.Count > 0 || (tls.Answers.TryGetValue("*", out var any) && any != LabTlsAnswer.Stall)
            ? tls
            : throw at.Wrong("a tls service has at least one certificate, or an answer for '*' that needs none.");
    }

    private static LabCertificate Certificate(JsonCursor at)
    {
        var members = at.Members("names", "expired", "selfSigned");
        return new LabCertificate
        {
            Names = at.Required(members, "names").Texts(),
            Expired = members.TryGetValue("expired", out var expired) && expired.Flag(),
            SelfSigned = members.TryGetValue("selfSigned", out var selfSigned) && selfSigned.Flag(),
        };
    }
}
