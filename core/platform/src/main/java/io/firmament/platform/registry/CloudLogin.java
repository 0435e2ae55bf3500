package io.firmament.platform.registry;

import io.firmament.base.TenantId;

/// Turns a role of a cloud into a login for its registry.
public interface CloudLogin {
  /// Assumes the role for the tenant and asks for a login.
  ///
  /// @throws io.firmament.base.ProblemException [RegistryProblem#REGISTRY_LOGIN_REFUSED] where the
  ///     cloud refuses, [RegistryProblem#REGISTRY_UNREACHABLE] where it does not answer
  Login login(TenantId tenant, RegistryHost host, Access.AwsRole role);
}
