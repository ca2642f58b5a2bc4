namespace PacketPath.Diagnosis.Faults;

/// <summary>The proxy wants to know who asks, and was told nobody it accepts.</summary>
public sealed class ProxyAuthenticationRequired : ProxyFault
{
    private protected override bool IsOfThisKind(ProxyConnectResult result) => result.Outcome == ProxyOutcome.AuthenticationRequired;

    private protected override Finding Judge(EvidenceSet evidence, ProxyConnectResult result, string others)
    {
        var schemes = result.AuthenticationSchemes;
        var basic = schemes.Contains("Basic", StringComparer.OrdinalIgnoreCase);
        var offer = schemes.Length == 0 ? "" : $" It takes {string.Join(", ", schemes.Take(6))}.";
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = result.ProxyUser is null
                ? $"The proxy {result.ProxyUri}{ProxyObservations.Chosen(result)} wants a user before it tunnels to {ProxyObservations.Tunnel(result)}{others}, and none was given.{offer}"
                : $"The proxy {result.ProxyUri}{ProxyObservations.Chosen(result)} does not accept the credential of {result.ProxyUser} for a tunnel to {ProxyObservations.Tunnel(result)}{others}.{offer}",
            Subject = result,
            Evidence =
            [
                schemes.Length == 0 ? null : Observations.Supports("Proxy-Authenticate offers " + string.Join(", ", schemes.Take(6)), "CONNECT", result.ObservedAt),
                result.ProxyUser is null ? null : Observations.Supports($"a Basic credential of {result.ProxyUser} was sent", "CONNECT", result.ObservedAt),
            ],
            Proves = "The proxy is reached and speaks HTTP, and it did not accept who asked.",
            DoesNotProve = result.ProxyUser is null ? "That it will tunnel to this target once it knows the user: its rules come after."
                : basic || schemes.Length == 0 ? "Whether user or password is wrong, or the account is not allowed."
                : "That user and password are wrong: they were sent by Basic, which it does not offer.",
            NextSteps = [new Commands(evidence).Proxy(result, $" -Credential (Get-Credential{(result.ProxyUser is null ? "" : " " + Commands.Quote(result.ProxyUser))})")],
        };
    }
}
